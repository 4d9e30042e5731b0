import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { folderObjects } from '@annals/objects';
import { createPool, subjectKeyMigrations } from '@annals/postgres';
import { startOwnPostgres, testDatabase, testStores } from '@annals/testing';
import type { Places } from './data-folder.js';
import { placesOf } from './data-folder.js';
import { scan } from './scan.js';

const canary = 'canary of Ada Lovelace';
const nowhere: Places = { postgres: [], objects: [], folders: [], clusters: [] };
const scanned = async (places: Partial<Places>, text = canary) => {
  const outcome = await scan({ canaries: [text], places: { ...nowhere, ...places } });
  return { code: outcome.exitCode(), said: outcome.lines().join('\n') };
};
const folder = mkdtempSync(join(tmpdir(), 'annals-scan-'));
afterAll(() => rmSync(folder, { recursive: true }));
jest.setTimeout(60_000);

describe('a planted canary', () => {
  it.each([
    ['a log', 'identity.log', Buffer.from(`{"msg":"hello ${canary}"}\n`)],
    ['a mail', 'mail.eml', Buffer.from(Buffer.from(`To ${canary}`).toString('base64'))],
    ['a packed trace', 'spans.ndjson.gz', gzipSync(`{"name":"${canary}"}`)],
    ['the name of a file', `${canary}.txt`, Buffer.from('nothing')],
  ])('is found in %s, and not shown', async (_where, name, content) => {
    const place = mkdtempSync(join(folder, 'place-'));
    writeFileSync(join(place, name), content);
    const { code, said } = await scanned({ folders: [place] });
    expect([code, said]).toEqual([1, expect.stringContaining('FOUND')]);
    if (!name.startsWith(canary)) expect(said).toContain(name);
    expect(said).not.toContain(canary);
  });

  it('is found among objects', async () => {
    const store = join(folder, 'objects');
    mkdirSync(store);
    await folderObjects(store).put('avatars/a/b', Buffer.from(`xx${canary}`));
    const { code, said } = await scanned({ objects: [pathToFileURL(store).href] });
    expect([code, said]).toEqual([1, expect.stringContaining('object avatars/a/b: text')]);
  });

  describe('in PostgreSQL', () => {
    const database = testDatabase({ service: 'export' });
    const planted = async (type: string, value: unknown) => {
      const pool = createPool({ url: database().superuserUrl, applicationName: 'plant', max: 1 });
      await pool.query('drop table if exists plants');
      await pool.query(`create table plants (n int, what ${type})`);
      await pool.query('insert into plants select n, null from generate_series(1, 1200) n');
      await pool.query('insert into plants values (0, $1)', [value]);
      await pool.end();
      const answer = await scanned({ postgres: [database().superuserUrl] });
      expect(answer).toEqual({ code: 1, said: expect.stringContaining('public.plants') as string });
      expect(answer.said).not.toContain(canary);
    };
    it.each([
      ['text', 'text', `"${canary}"`],
      ['jsonb', 'jsonb', JSON.stringify({ deep: [{ name: canary }] })],
      ['an array', 'text[]', [canary]],
      ['bytes', 'bytea', Buffer.from(`..${canary}`)],
      ['bytes of base64', 'bytea', Buffer.from(Buffer.from(`..${canary}`).toString('base64'))],
      ['text of hexadecimal', 'text', Buffer.from(canary).toString('hex')],
    ])('is found in %s', (_what, type, value) => planted(type, value));

    it('is found behind row-level security, and in no other row', async () => {
      const pool = createPool({ url: database().superuserUrl, applicationName: 'plant', max: 1 });
      await pool.query('drop table if exists plants');
      await pool.query('create table hidden (what text); alter table hidden enable row level security');
      await pool.query('alter table hidden force row level security');
      await pool.query('insert into hidden values ($1)', [canary]);
      const { code, said } = await scanned({ postgres: [database().superuserUrl] });
      expect([code, said]).toEqual([1, expect.stringContaining('public.hidden: text\n')]);
      await pool.query('drop table hidden');
      await pool.end();
    });
  });

  describe('in the event store', () => {
    const stores = testStores({ service: 'export', events: [] });
    it.each([
      ['data', { data: { name: canary }, metadata: {} }],
      ['metadata', { data: {}, metadata: { agent: Buffer.from(canary).toString('base64url') } }],
    ])('is found in %s', async (_where, { data, metadata }) => {
      const client = EventStoreDBClient.connectionString(stores().eventNode.url);
      await client.appendToStream('thing-1', jsonEvent({ type: 'ThingHappened', data, metadata }));
      await client.dispose();
      const { code, said } = await scanned({ eventStore: stores().eventNode.url });
      expect([code, said]).toEqual([1, expect.stringContaining('event store thing ThingHappened')]);
    });
  });
});

describe('what was deleted', () => {
  it('is residue in the files of PostgreSQL until its table is written anew', async () => {
    const postgres = await startOwnPostgres();
    const server = postgres.server();
    const pool = createPool({ url: server.superuserUrl('postgres'), applicationName: 'plant', max: 1 });
    const cluster = join(server.logFile, '..', 'postgres-18');
    const residue = async () =>
      (await scanned({ postgres: [server.superuserUrl('postgres')], clusters: [cluster] })).said.split('\n');
    try {
      await pool.query('create table plants (what text)');
      await pool.query('insert into plants values ($1)', [canary]);
      await pool.query('delete from plants');
      const said = await residue();
      expect(said).toContain('RESIDUE  PostgreSQL pages of postgres plants: text; VACUUM FULL plants removes it');
      expect(said.filter((line) => line.startsWith('RESIDUE  PostgreSQL write-ahead log'))).toHaveLength(1);
      expect(said.at(-1)).toBe('NOTHING FOUND');
      await pool.query('vacuum full plants');
      await pool.query('checkpoint');
      expect((await residue()).filter((line) => line.includes('plants'))).toEqual([]);
    } finally {
      await pool.end();
      await postgres.stop();
    }
  });
});

describe('the keys of a person', () => {
  const database = testDatabase({ service: 'keys', migrations: subjectKeyMigrations });
  it('that are there are found; a key database that is none is a place not seen', async () => {
    const url = new URL(database().superuserUrl);
    const subject = '0190f5a0-0000-7000-8000-000000000001';
    const outcome = await scan({ canaries: [], subject, places: { ...nowhere, postgres: [url.href] } });
    expect([outcome.exitCode(), outcome.lines()[0]]).toEqual([
      2,
      expect.stringContaining('BLIND    PostgreSQL annals_keys'),
    ]);
  });
});

describe('a place that cannot be seen', () => {
  it.each([
    ['PostgreSQL', { postgres: ['postgres://nobody@127.0.0.1:1/postgres'] }],
    ['event store', { eventStore: 'esdb://127.0.0.1:1?tls=false&maxDiscoverAttempts=1' }],
    ['Redis', { redis: 'redis://127.0.0.1:1' }],
    ['Kafka', { kafka: ['127.0.0.1:1'] }],
    ['object store', { objects: [pathToFileURL(join(tmpdir(), 'annals-no-such-folder')).href] }],
  ])('is named, and the answer is not that nothing is there: %s', async (name, places) => {
    const { code, said } = await scanned(places);
    expect([code, said]).toEqual([2, expect.stringContaining(`BLIND    ${name}`)]);
  });

  it('a data folder of nothing is refused', () => {
    expect(() => placesOf(join(folder, 'empty'))).toThrow('holds no data of a running stack');
  });
});

it('says that nothing was found, and where it looked', async () => {
  const place = mkdtempSync(join(folder, 'place-'));
  writeFileSync(join(place, 'a.log'), 'nothing of interest');
  expect(await scanned({ folders: [place] })).toEqual({ code: 0, said: 'looked   1 places, 0.0 MB\nNOTHING FOUND' });
});
