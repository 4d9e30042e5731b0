import { Redis } from 'ioredis';
import { findRedisServer, startRedisServer, type RedisServer } from '@annals/service/redis-server';
import { scan } from '../scan.js';

const executable = findRedisServer();
const withRedis = executable ? describe : describe.skip;
if (!executable) process.stderr.write('SKIPPED: Redis cannot be scanned, because no redis-server can be had\n');
const canary = 'canary of Ada Lovelace';

withRedis('a canary in Redis', () => {
  let server: RedisServer;
  let redis: Redis;
  beforeAll(async () => {
    server = await startRedisServer(executable!);
    redis = new Redis(server.url);
  });
  afterAll(async () => {
    redis.disconnect();
    await server.stop();
  });
  beforeEach(() => redis.flushall());

  const places = () => ({ redis: server.url, postgres: [], objects: [], folders: [], clusters: [] });
  const found = async () => {
    const outcome = await scan({ canaries: [canary], places: places() });
    return [outcome.exitCode(), outcome.lines()[0]];
  };

  it.each([
    ['string', () => redis.set('k', `x${canary}`)],
    ['string', () => redis.set(`key of ${canary}`, '1')],
    ['hash', () => redis.hset('k', { field: Buffer.from(canary).toString('base64') })],
    ['list', () => redis.rpush('k', 'a', canary)],
    ['set', () => redis.sadd('k', canary)],
    ['zset', () => redis.zadd('k', 1, canary)],
    ['stream', () => redis.xadd('k', '*', 'field', canary)],
  ])('is found in a %s', async (type, plant) => {
    await plant();
    expect(await found()).toEqual([1, expect.stringContaining(`FOUND    Redis, a ${type}`)]);
  });

  it('that is not there is not found', async () => expect((await found())[0]).toBe(0));
});
