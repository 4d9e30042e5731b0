import { createPool, listen, type Listener } from '@annals/postgres';
import { createBatchingPublisher } from '../batching-publisher.js';
import { BusError, type Bus } from '../bus.js';
import { type Logger } from '../logger.js';
import { appendMessages, createPartitionCounts } from './publish.js';
import { removeExpired } from './retention.js';
import { busChannel, busSchema } from './schema.js';
import { subscribeEmbedded, type EmbeddedSub } from './subscription.js';
import { ensureTopics, groupLag, seekGroup } from './topics.js';

const retentionEveryMs = 10 * 60_000;

/** The bus as a log in PostgreSQL: the default on one machine. Many processes may share it. */
export function createEmbeddedBus(url: string, clientId: string, logger: Logger): Bus {
  const pool = createPool({ url, applicationName: `${clientId} bus`, max: 8 });
  const partitionsOf = createPartitionCounts(pool);
  const subs = new Set<EmbeddedSub>();
  let closing: Promise<void> | undefined;
  let lastError: Error | undefined;
  let schema: Promise<unknown> | undefined;
  let listener: Listener | undefined;

  /** Made once; tried again by the next call when it failed. */
  const ready = async () => {
    if (closing) throw new BusError('bus-closed', 'the bus is closed');
    schema ??= pool.query(busSchema);
    await schema.then(
      () => (lastError = undefined),
      (error: Error) => {
        schema = undefined;
        lastError = error;
        throw new BusError('bus-unavailable', `the bus database does not answer: ${error.message}`, { cause: error });
      },
    );
  };
  const publisher = createBatchingPublisher(async (topic, messages) =>
    appendMessages(pool, topic, await partitionsOf(topic), messages),
  );
  const hintAll = (payload: string) => subs.forEach((sub) => sub.hint(payload));
  const expire = () =>
    removeExpired(pool).catch((error: unknown) => logger.error({ error }, 'old messages could not be removed'));
  const retention = setInterval(() => void expire(), retentionEveryMs).unref();

  async function close(graceMs: number): Promise<void> {
    clearInterval(retention);
    await publisher.close();
    await Promise.all([...subs].map((sub) => sub.stop(graceMs)));
    await listener?.stop();
    await pool.end();
  }

  return {
    kind: 'postgres',
    async ensureTopics(specs) {
      await ready();
      await ensureTopics(pool, specs);
    },
    async publish(topic, batch) {
      await ready();
      return publisher.publish(topic, batch);
    },
    async subscribe(options) {
      if (closing) throw new BusError('bus-closed', 'the bus is closed');
      listener ??= listen(url, busChannel, hintAll, {
        onConnected: () => hintAll(''),
        onError: (error) => logger.warn({ error }, 'hints of new messages are not heard for a moment'),
      });
      const sub = subscribeEmbedded(pool, ready, options, logger);
      subs.add(sub);
      return {
        ...sub,
        async stop(graceMs) {
          await sub.stop(graceMs);
          subs.delete(sub);
        },
      };
    },
    async lag(group) {
      await ready();
      return groupLag(pool, group);
    },
    async seek(group, target) {
      await ready();
      await seekGroup(pool, group, target);
    },
    health() {
      const groups = Object.fromEntries([...subs].map((sub) => [sub.group, sub.status()]));
      const failing = Object.entries(groups).find(([, group]) => group.error !== undefined);
      const detail = lastError?.message ?? (failing ? `${failing[0]}: ${failing[1].error}` : 'ok');
      return { ok: !lastError && !failing && !closing, detail: closing ? 'closed' : detail, groups };
    },
    async ping() {
      await ready();
      await pool.query('select 1', []);
    },
    close: (graceMs = 5_000) => (closing ??= close(graceMs)),
  };
}
