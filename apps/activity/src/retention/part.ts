import { activityLog } from '../activity/projection.js';
import { auditLog } from '../audit/projection.js';
import { type Part } from '../part.js';
import { getRetention, replaceRetentionOfAccount } from './account-retention.js';
import { type RetentionGround } from './ground.js';
import { keepSweeping } from './keep-sweeping.js';
import { retentionModel } from './projection.js';
import { sweep } from './sweep.js';
import { termsOf } from './terms.js';

/** How long each account keeps what, of all parts there are. */
export const retentionPart = (parts: readonly Part[]): Part => ({
  projections: () => [retentionModel],
  open({ config, pool, backgroundPool, store, keys, logger, runner }) {
    const kept = parts.flatMap((part) => part.kept ?? []);
    const ground: RetentionGround = { pool: backgroundPool, store, keys, terms: termsOf(config), kept };
    const runners = [retentionModel, activityLog, auditLog].map(runner);
    const sweeping = keepSweeping({
      url: backgroundPool.url,
      sweep: (lost) =>
        sweep(ground, {
          ...{ ownerUrl: config.DATABASE_OWNER_URL, now: new Date(), lost },
          caughtUp: () => untilLost(lost, Promise.all(runners.map((one) => one.caughtUp()))),
          onError: (error) => logger.error({ error }, 'a month that nobody needs could not be dropped'),
        }),
      onError: (error) => logger.error({ error }, 'what is past its time could not all be removed'),
    });
    return {
      routes: [getRetention({ ...ground, pool }), replaceRetentionOfAccount({ ...ground, pool })],
      stop: () => sweeping.stop(),
    };
  },
});

/** A projection that is halted must not keep a process from ending. */
async function untilLost(lost: AbortSignal, work: Promise<unknown>): Promise<void> {
  await Promise.race([
    work,
    new Promise<void>((_, reject) => {
      lost.addEventListener('abort', () => reject(lost.reason as Error), { once: true });
    }),
  ]);
}
