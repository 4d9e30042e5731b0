import { type Kafka } from 'kafkajs';
import { backOff } from '../back-off.js';
import { BusError, type Sub, type SubscribeOptions, type SubscriptionStatus } from '../bus.js';
import { type Logger } from '../logger.js';
import { createWake } from '../wake.js';
import { toBusError } from './failure.js';
import { openSession, type Session } from './session.js';

/** A member of a group: one consumer after another, each on a client of its own, with back-off between them. */
export function subscribeKafka(createKafka: () => Kafka, options: SubscribeOptions, logger: Logger): Sub {
  const { group } = options;
  const wake = createWake();
  let status: SubscriptionStatus = 'joining';
  let error: Error | undefined;
  let restarts = 0;
  let failures = 0;
  let session: Session | undefined;
  let stopping: Promise<void> | undefined;
  let settleJoin: { resolve(): void; reject(reason: Error): void };
  const joined = new Promise<void>((resolve, reject) => {
    settleJoin = { resolve, reject };
  });
  // Whoever does not wait for the join reads the reason from `status()`.
  joined.catch(() => undefined);

  function onJoin(): void {
    status = 'live';
    error = undefined;
    failures = 0;
    settleJoin.resolve();
  }

  function failed(reason: Error): number {
    error = reason;
    restarts++;
    const never = reason instanceof BusError && reason.code === 'subscription-mismatch';
    status = never ? 'halted' : 'backing-off';
    if (never) settleJoin.reject(reason);
    logger.error({ group, error: reason, restarts }, never ? 'a subscription is refused' : 'a Kafka consumer ended');
    return never ? 5_000 : backOff(failures++);
  }

  async function live(): Promise<number> {
    session = await openSession(createKafka(), options, logger, onJoin);
    const reason = await Promise.race([session.ended, stopped]);
    if (!reason) return 0;
    await session.close(0);
    session = undefined;
    return failed(reason);
  }
  let tellStopped: () => void;
  const stopped = new Promise<undefined>((resolve) => {
    tellStopped = () => resolve(undefined);
  });

  const loop = (async () => {
    while (!stopping) {
      const waitMs = await live().catch((reason: unknown) => failed(toBusError(reason, `subscribing as ${group}`)));
      if (!stopping) await wake.wait(waitMs);
    }
  })();

  async function stop(graceMs: number): Promise<void> {
    tellStopped();
    wake.now();
    await loop;
    await session?.close(graceMs);
    session = undefined;
    status = 'stopped';
    settleJoin.reject(new BusError('bus-closed', `the subscription of ${group} was stopped`));
  }

  return {
    group,
    status: () => ({
      status,
      assigned: session?.assigned() ?? [],
      restarts,
      ...(error ? { error: error.message } : {}),
    }),
    joined: () => joined,
    stop: (graceMs = 5_000) => (stopping ??= stop(graceMs)),
  };
}
