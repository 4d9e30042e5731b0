import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { folderObjects } from '@annals/objects';
import { testDatabase } from '@annals/testing';
import { auditLog } from '../audit/projection.js';
import { acme, auditSigner, entriesIn, happen } from '../testing/audit-life.js';
import { assertNewestKnown, bringRounds, objectOf } from './second-place.js';
import { signRound } from './sign-round.js';
import { checkpointMigrations } from './tables.js';

describe('the second place', () => {
  const database = testDatabase({ service: 'activity', migrations: checkpointMigrations, projections: [auditLog] });
  const folder = mkdtempSync(join(tmpdir(), 'annals-witness-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const place = folderObjects(folder);
  const signer = auditSigner();
  const signed = () =>
    signRound(database().pool, { signer, now: new Date('2026-03-01T12:00:00.000Z'), thorough: true });
  const documents = async () => {
    const { rows } = await database().pool.query<{ document: string }>(
      'select document from unwitnessed_rounds order by round',
      [],
    );
    return rows.map(({ document }) => document);
  };

  it('gets each round as an object of its own, and later those that it could not get', async () => {
    const { pool } = database();
    await happen(pool, entriesIn([acme]));
    await signed();
    await signed();
    const away = folderObjects(join(folder, 'away'));
    await expect(bringRounds(pool, away)).rejects.toMatchObject({ code: 'object-store-unavailable' });
    const waiting = await documents();
    expect(waiting).toHaveLength(2);
    expect(await bringRounds(pool, place)).toBe(0);
    expect(await documents()).toEqual([]);
    for (const [index, document] of waiting.entries()) {
      expect((await place.get(objectOf(index + 1))).toString()).toBe(document);
    }
    expect(await bringRounds(pool, place)).toBe(0);
  });

  it('takes a round again that it has already, after a crash in between', async () => {
    const { pool } = database();
    await signed();
    await place.put(objectOf(3), Buffer.from((await documents())[0]!));
    expect(await bringRounds(pool, place)).toBe(0);
  });

  it.each([
    ['shorter', 'another'],
    ['longer', 'another'.repeat(1_000)],
  ])('keeps the %s round that is there, and says so', async (_, other) => {
    const { pool } = database();
    await signed();
    const { rows } = await pool.query<{ round: string }>('select min(round) as round from unwitnessed_rounds', []);
    const name = objectOf(Number(rows[0]!.round));
    await place.put(name, Buffer.from(other));
    await expect(bringRounds(pool, place)).rejects.toThrow('the second place has another round');
    expect((await place.get(name)).toString()).toBe(other);
    await place.remove(name);
    expect(await bringRounds(pool, place)).toBe(0);
  });

  it('knows of rounds that a restored copy of the database has lost', async () => {
    await expect(assertNewestKnown(place, 2)).rejects.toThrow('another round 3');
    await expect(assertNewestKnown(place, 5)).resolves.toBeUndefined();
  });

  it('puts at most ten thousand rounds into a folder', () => {
    expect([objectOf(9_999), objectOf(10_000)]).toEqual([
      'rounds/000000000000/000000009999.ndjson',
      'rounds/000000000001/000000010000.ndjson',
    ]);
  });
});
