import { setTimeout as pause } from 'node:timers/promises';
import { type DomainEvent, type ErasingService, erasingServices, type ErasedHolder } from '@annals/contracts';
import { derivedId, type EventStore } from '@annals/event-store';
import type { NoteSigner } from '@annals/ledger';
import type { SubjectKeyStore } from '@annals/postgres';
import type { InternalClient } from '@annals/service';
import { type AskService, StillWaiting } from './ask-services.js';
import { cancelErasure } from './cancel-erasure.js';
import { certificateOf } from './certificate.js';
import { destroyKeys } from './destroy-keys.js';
import { erasureAggregate } from './erasure-aggregate.js';
import {
  accountThatSees,
  isOver,
  isRevocable,
  type ErasureState,
  type KnownErasure,
  unacknowledged,
} from './erasure.js';
import type { KnownAccounts } from './known-accounts.js';
import { obstacleTo } from './obstacles.js';
import * as steps from './steps.js';
import { notAllowedAnyMore } from './still-allowed.js';
import { type WorkContext, workContextOf, writingIn } from './work-context.js';

export interface ErasureParts {
  store: EventStore;
  keys: SubjectKeyStore;
  accounts: KnownAccounts;
  /** Tells what who asked may do now. */
  identity: InternalClient;
  services: Readonly<Record<ErasingService, AskService>>;
  signer: NoteSigner;
  /** How long any process may have a key in memory after it was destroyed, in milliseconds. */
  cacheMs: number;
  now: () => Date;
}

/** Every process forgets when it is told, and at the latest after this. */
export const keyCacheMs = 5_000;

/** `over`: certified or cancelled; `waits`: until its time has come, or what stands against it is gone. */
export type RunResult = 'over' | 'waits';

/**
 * Carries an erasure on from wherever it stands, as far as it goes. Each step is done before the event that says so, and
 * done again it does no more: a process may die at any point.
 * @throws StillWaiting when a service has not acknowledged, or whatever kept a step from being done; ask again later
 */
export async function runErasure(parts: ErasureParts, erasureId: string, signal: AbortSignal): Promise<RunResult> {
  for (;;) {
    signal.throwIfAborted();
    const { state, revision } = await parts.store.load(erasureAggregate, erasureId);
    if (state.kind === 'none') throw new Error(`erasure ${erasureId} was never asked for`);
    if (isOver(state)) return 'over';
    const context = await workContextOf(parts.store, state);
    // Ids of what may happen more than once hold where it happened; the other steps happen once.
    const tell: Tell = (step, decide, accountId = state.ids.account_id) =>
      write(parts, { state, context, accountId }, `${step} after ${revision}`, decide);
    if (isRevocable(state)) {
      if ((await beginOrWait(parts, state, context, tell)) === 'waits') return 'waits';
    } else if (!state.keys) {
      const destroyed = await destroyKeys(parts, state, context);
      await tell('keys destroyed', (now, current) => steps.keysDestroyed(destroyed, now, current));
    } else if (state.evicted_at === null) {
      const left = Date.parse(state.keys.destroyed_at) + parts.cacheMs - parts.now().getTime();
      if (left > 0) await pause(Math.min(left, parts.cacheMs), undefined, { signal });
      await tell('caches evicted', steps.cachesEvicted);
    } else if (unacknowledged(state).length > 0) {
      await askAll(parts, state, context);
    } else {
      await tell('certified', (now, current) => steps.certified(certificateOf(state, now, parts.signer), now, current));
    }
  }
}

type Decide = (now: string, state: ErasureState) => readonly DomainEvent[];

/**
 * Writes a step down, in the account whose data goes; of a person in none: what stands against it, and where something is
 * held, names accounts that are no other account's business.
 */
type Tell = (step: string, decide: Decide, accountId?: string | null) => Promise<void>;

async function beginOrWait(
  parts: ErasureParts,
  state: KnownErasure,
  context: WorkContext,
  tell: Tell,
): Promise<'begun' | 'over' | 'waits'> {
  if (Date.parse(state.request.due_at) > parts.now().getTime()) return 'waits';
  const refusal = await notAllowedAnyMore(parts, state, context);
  if (refusal) {
    const decide: Decide = (now, current) => cancelErasure({ reason: refusal, now }, current);
    await tell('cancelled', decide, accountThatSees(state));
    return 'over';
  }
  const obstacle = await obstacleTo(parts, state.ids);
  if (obstacle) {
    await tell('held', (now, current) => steps.hold(obstacle, now, current));
    return 'waits';
  }
  const holders = await holdersOf(parts, state);
  await tell('begun', (now, current) => steps.begin(holders, now, current));
  return 'begun';
}

/** Of a person every account that knows or has keys of them, and what is held in none. */
async function holdersOf({ accounts, keys }: ErasureParts, { ids }: KnownErasure): Promise<ErasedHolder[]> {
  const { account_id, user_id } = ids;
  if (account_id !== null) return [{ account_id, user_id }];
  const known = new Set((await accounts.of(user_id)).map(({ account }) => account));
  for (const holder of await keys.holders(user_id)) {
    if (holder !== user_id) known.add(holder.slice(0, holder.indexOf('/')));
  }
  return [...[...known].sort().map((account) => ({ account_id: account, user_id })), { account_id: null, user_id }];
}

/**
 * Identity first: it ends the sessions and memberships through which things could come to be anew. Then the others, each for
 * itself: whoever is away keeps nobody from forgetting.
 * @throws StillWaiting
 */
async function askAll(parts: ErasureParts, state: KnownErasure, context: WorkContext): Promise<void> {
  const waiting = unacknowledged(state);
  const first = erasingServices[0];
  const asked = waiting.includes(first) ? [first] : waiting;
  const results = await Promise.allSettled(
    asked.map(async (service) => {
      const { positions, holders } = state.keys!;
      const removed = await parts.services[service]({ erasure_id: state.ids.erasure_id, holders, positions });
      const place = { state, context, accountId: state.ids.account_id };
      await write(parts, place, `${service} acknowledged`, (now, current) =>
        steps.acknowledged(service, removed, now, current),
      );
    }),
  );
  const failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
  if (failures.length > 0) {
    throw new StillWaiting(
      asked.filter((_service, index) => results[index]!.status === 'rejected'),
      failures,
    );
  }
}

async function write(
  { store, now }: ErasureParts,
  { state, context, accountId }: { state: KnownErasure; context: WorkContext; accountId: string | null },
  step: string,
  decide: Decide,
): Promise<void> {
  const { erasure_id } = state.ids;
  const at = now().toISOString();
  await store.execute(erasureAggregate, erasure_id, {
    id: derivedId(erasure_id, step),
    ...{ context: writingIn(context, accountId, context.askedBy), now: at, accountId },
    decide: (current) => decide(at, current),
  });
}
