import { Redis } from 'ioredis';
import type { Needle } from '../needles.js';
import type { Report } from '../report.js';
import { formsIn } from '../search.js';

type Read = (redis: Redis, key: Buffer) => Promise<unknown>;

/** How everything that a key can hold is read whole. */
const readers: Readonly<Record<string, Read>> = {
  string: (redis, key) => redis.getBuffer(key),
  hash: (redis, key) => redis.hgetallBuffer(key).then((hash) => Object.entries(hash).flat()),
  list: (redis, key) => redis.lrangeBuffer(key, 0, -1),
  set: (redis, key) => redis.smembersBuffer(key),
  zset: (redis, key) => redis.zrangeBuffer(key, '0', '-1'),
  stream: (redis, key) => redis.xrangeBuffer(key, '-', '+'),
};

/** Every key and value of a Redis. */
export async function scanRedis(url: string, needles: readonly Needle[], report: Report): Promise<void> {
  const redis = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 1, retryStrategy: () => null });
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    report.looked('Redis', 0);
    for await (const keys of redis.scanBufferStream({ count: 500 }) as AsyncIterable<Buffer[]>) {
      for (const key of keys) await scanKey(redis, key, needles, report);
    }
  } catch (error) {
    report.blind('Redis', error);
  } finally {
    redis.disconnect();
  }
}

async function scanKey(redis: Redis, key: Buffer, needles: readonly Needle[], report: Report): Promise<void> {
  const type = await redis.type(key);
  // It went meanwhile.
  if (type === 'none') return;
  const read = readers[type];
  if (!read) return report.blind('Redis', new Error(`a key of the kind ${type}`));
  const bytes = Buffer.concat([key, ...pieces(await read(redis, key))]);
  report.looked('Redis', bytes.length);
  const forms = formsIn(needles, bytes);
  if (forms.length > 0) report.found(`Redis, a ${type}`, forms);
}

function pieces(value: unknown): Buffer[] {
  if (Buffer.isBuffer(value)) return [value];
  if (typeof value === 'string') return [Buffer.from(value)];
  return Array.isArray(value) ? value.flatMap(pieces) : [];
}
