import { createBatchingPublisher } from '../batching-publisher.js';
import { BusError, type Bus, type Sub, type SubscribeOptions } from '../bus.js';
import { type Logger } from '../logger.js';
import { createTopics, groupLag, seekGroup, withAdmin } from './admin.js';
import { createClient } from './client.js';
import { createSender } from './producer.js';
import { subscribeKafka } from './subscription.js';

/** The bus on Kafka, 2.1 to 4.x, through kafkajs. */
export function createKafkaBus(brokers: readonly string[], clientId: string, logger: Logger): Bus {
  const kafka = createClient(brokers, clientId, logger);
  const sender = createSender(kafka);
  const subs = new Map<Sub, SubscribeOptions>();
  let closing: Promise<void> | undefined;
  let lastError: Error | undefined;
  const publisher = createBatchingPublisher(async (topic, messages) => {
    try {
      const published = await sender.send(topic, messages);
      lastError = undefined;
      return published;
    } catch (error) {
      if (error instanceof BusError && error.code === 'bus-unavailable') lastError = error;
      throw error;
    }
  });
  const open = () => {
    if (closing) throw new BusError('bus-closed', 'the bus is closed');
  };

  async function close(graceMs: number): Promise<void> {
    await publisher.close();
    await Promise.all([...subs.keys()].map((sub) => sub.stop(graceMs)));
    await sender.disconnect();
  }

  return {
    kind: 'kafka',
    async ensureTopics(specs) {
      open();
      await withAdmin(kafka, 'creating topics', (admin) => createTopics(admin, specs));
    },
    publish: (topic, batch) => publisher.publish(topic, batch),
    async subscribe(options) {
      open();
      const sub = subscribeKafka(() => createClient(brokers, clientId, logger), options, logger);
      subs.set(sub, options);
      return {
        ...sub,
        async stop(graceMs) {
          await sub.stop(graceMs);
          subs.delete(sub);
        },
      };
    },
    async lag(group) {
      open();
      const subscribed = [...subs.values()].find((options) => options.group === group);
      return withAdmin(kafka, `measuring the lag of ${group}`, (admin) => groupLag(admin, group, subscribed));
    },
    async seek(group, target) {
      open();
      await withAdmin(kafka, `moving ${group}`, (admin) => seekGroup(admin, group, target));
    },
    health() {
      const groups = Object.fromEntries([...subs.keys()].map((sub) => [sub.group, sub.status()]));
      const failing = Object.entries(groups).find(([, group]) => group.error !== undefined);
      const detail = lastError?.message ?? (failing ? `${failing[0]}: ${failing[1].error}` : 'ok');
      return { ok: !lastError && !failing && !closing, detail: closing ? 'closed' : detail, groups };
    },
    async ping() {
      open();
      await withAdmin(kafka, 'asking Kafka', (admin) => admin.describeCluster());
    },
    close: (graceMs = 5_000) => (closing ??= close(graceMs)),
  };
}
