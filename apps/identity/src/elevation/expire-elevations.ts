import { serviceIdentity } from '@annals/auth';
import { derivedId } from '@annals/event-store';
import type { Asking } from '../asking.js';
import type { Identity } from '../identity.js';
import { dueElevations, noteEnd, type ElevationRow } from './elevation-rows.js';
import { leaveAccount } from './end-elevation.js';

const everyMs = 10_000;

/**
 * Records the end of every elevation whose time is over. It had no effect any more from that moment on; this is for
 * the log. Several processes may do it at once, and any may fall: the end is recorded once.
 */
export async function expireElevations(identity: Identity, now: string): Promise<void> {
  for (const due of await dueElevations(identity.pool, now)) {
    const { elevation_id, session_id } = due;
    await leaveAccount(identity, asking(due, now), session_id, { elevation_id, reason: 'expired' });
    await noteEnd(identity.pool, elevation_id, now);
  }
}

function asking({ elevation_id, user_id }: ElevationRow, now: string): Asking {
  const id = derivedId(elevation_id, 'expired');
  return {
    commandId: id,
    context: {
      ...serviceIdentity('svc:identity', { userId: user_id }),
      ...{ request_id: id, transaction_id: id, correlation_id: id, causation_id: elevation_id },
      ...{ ip_address: null, user_agent: null, traceparent: null, timestamp: now },
    },
    now,
  };
}

/** Looks every ten seconds, in every process. */
export function startElevationClock(identity: Identity, onError: (error: Error) => void): { stop(): Promise<void> } {
  let running: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    running = expireElevations(identity, new Date().toISOString()).catch(onError);
  }, everyMs);
  timer.unref();
  return {
    stop() {
      clearInterval(timer);
      return running;
    },
  };
}
