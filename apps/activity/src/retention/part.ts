import { type Part } from '../part.js';
import { getRetention, replaceRetentionOfAccount } from './account-retention.js';
import { keepSweeping } from './keep-sweeping.js';
import { retentionModel } from './projection.js';
import { pseudonymsWith } from '../analytics/member.js';
import { sweep } from './sweep.js';
import { termsOf } from './terms.js';

/** How long each account keeps what, of all parts there are. */
export const retentionPart = (parts: readonly Part[]): Part => ({
  projections: () => [retentionModel],
  open(ground) {
    const { config, backgroundPool, store, keys, logger } = ground;
    const kept = parts.flatMap((part) => part.kept ?? []);
    const pseudonym = pseudonymsWith(config.ANALYTICS_SECRET);
    const retention = { store, keys, terms: termsOf(config), kept, pseudonym };
    const models = [retentionModel, ...parts.flatMap((part) => part.projections?.(config) ?? [])];
    const runners = models.map((model) => ground.runner(model));
    const sweeping = keepSweeping({
      url: backgroundPool.url,
      sweep: (lost) =>
        sweep(
          { ...retention, pool: backgroundPool },
          {
            ...{ ownerUrl: config.DATABASE_OWNER_URL, now: new Date(), lost },
            caughtUp: () => untilLost(lost, Promise.all(runners.map((one) => one.caughtUp()))),
            onError: (error) => logger.error({ error }, 'a month that nobody needs could not be dropped'),
          },
        ),
      onError: (error) => logger.error({ error }, 'what is past its time could not all be removed'),
    });
    const asked = { ...retention, pool: ground.pool };
    return {
      routes: [getRetention(asked), replaceRetentionOfAccount(asked)],
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
