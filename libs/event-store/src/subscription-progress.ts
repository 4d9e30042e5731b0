import { Problem } from '@annals/contracts';
import type { Position } from './position.js';
import type { SubscriptionState } from './subscription.js';

/** Where a subscription is, for those who ask and those who wait. */
export interface Progress {
  readonly state: Readonly<SubscriptionState>;
  change(part: Partial<SubscriptionState>): void;
  handled(events: number, checkpoint: Position): void;
  /** Everything up to here was handled, or is of no interest. */
  passed(): Position | null;
  pass(position: Position | null): void;
  /** Batches handled so far. */
  batches(): number;
  /** Milliseconds since the last batch was handled. */
  sinceHandled(): number;
  /** Resolves when the state is as wanted. @throws Problem 503 `subscription-stopped` when that can no longer be */
  until(wanted: (state: SubscriptionState) => boolean): Promise<void>;
}

interface Waiter {
  wanted(state: SubscriptionState): boolean;
  resolve(): void;
  reject(error: Problem): void;
}

export function subscriptionProgress(o: { name: string; onState?: (state: SubscriptionState) => void }): Progress {
  let state: SubscriptionState = { status: 'connecting', position: null, events_handled: 0, restarts: 0 };
  let batches = 0;
  let passed: Position | null = null;
  let handledAt = performance.now();
  const waiters = new Set<Waiter>();
  const stopped = (): Problem => new Problem(503, 'subscription-stopped', `${o.name} no longer runs`);
  const tell = (): void => {
    try {
      o.onState?.({ ...state });
    } catch (error) {
      // An observer's fault is made visible, but must not stop what it observes.
      process.emitWarning(error instanceof Error ? error : String(error));
    }
    for (const waiter of waiters) {
      if (waiter.wanted(state)) waiter.resolve();
      else if (state.status === 'stopped') waiter.reject(stopped());
      else continue;
      waiters.delete(waiter);
    }
  };
  const change = (part: Partial<SubscriptionState>): void => {
    const differs = Object.entries(part).some(([name, value]) => state[name as keyof SubscriptionState] !== value);
    if (!differs) return;
    state = { ...state, ...part };
    tell();
  };
  return {
    get state() {
      return state;
    },
    change,
    handled: (events, checkpoint) => {
      batches += 1;
      handledAt = performance.now();
      const { error: _healed, ...rest } = state;
      state = { ...rest, position: checkpoint, events_handled: rest.events_handled + events };
      tell();
    },
    passed: () => passed,
    pass: (position) => void (passed = position),
    batches: () => batches,
    sinceHandled: () => performance.now() - handledAt,
    until: (wanted) =>
      new Promise((resolve, reject) => {
        if (wanted(state)) return resolve();
        if (state.status === 'stopped') return reject(stopped());
        waiters.add({ wanted, resolve, reject });
      }),
  };
}
