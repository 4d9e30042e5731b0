import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type StoredEvent } from '@annals/event-store';
import { folderObjects, type Objects } from '@annals/objects';
import { createLogger } from '@annals/service';
import { testDatabase, until } from '@annals/testing';
import { auditLog } from '../audit/projection.js';
import { acme, auditSigner, entriesIn, globex, happen } from '../testing/audit-life.js';
import { keepSigning, type Signing } from './keep-signing.js';
import { objectOf } from './second-place.js';
import { lastRound } from './sign-round.js';
import { checkpointMigrations } from './tables.js';
import { wantedRounds } from './wanted-rounds.js';

describe('keeping on signing', () => {
  const database = testDatabase({ service: 'activity', migrations: checkpointMigrations, projections: [auditLog] });
  const folder = mkdtempSync(join(tmpdir(), 'annals-witness-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const place = folderObjects(folder);
  const signer = auditSigner();
  const running: Signing[] = [];
  afterEach(async () => {
    await Promise.all(running.splice(0).map((one) => one.stop()));
  });

  /** A clock that goes only when it is told to. */
  const time = { elapsed: 0, now: new Date('2026-03-01T12:00:00.000Z') };
  let life: StoredEvent[] = [];

  function start(over: { secondPlace?: Objects; caughtUp?: () => Promise<void> } = {}): Signing {
    const signing = keepSigning({
      ...{ pool: database().pool, signer, secondPlace: place, lookEveryMs: 5 },
      ...{ logger: createLogger({ service: 'activity', level: 'silent' }), caughtUp: () => Promise.resolve() },
      clock: { elapsed: () => time.elapsed, now: () => time.now },
      ...over,
    });
    running.push(signing);
    return signing;
  }
  const newest = async () => (await lastRound(database().pool))?.round ?? 0;
  const reached = (round: number) => until(`round ${round} is signed`, async () => (await newest()) >= round);
  async function more(accounts: readonly string[]): Promise<void> {
    const events = entriesIn(accounts, life);
    await happen(database().pool, events);
    life = [...life, ...events];
  }

  it('signs when it begins, every minute and at a thousand entries, and brings each round to the second place', async () => {
    start();
    await reached(1);
    // When it is brought there, it is also rested from, by the clock that is about to leap.
    await until('it is in the second place', () => place.exists(objectOf(1)));
    time.elapsed += 60_000;
    await reached(2);
    await more(Array.from({ length: 1_000 }, (_, n) => (n % 2 ? acme : globex)));
    await reached(3);
    await until('all are in the second place', () => place.exists(objectOf(3)));
    expect(await newest()).toBe(3);
  });

  it('signs for whoever waits, and tells who waits too long', async () => {
    start();
    await reached(4);
    const rounds = wantedRounds(database().pool);
    await more([acme]);
    expect(await rounds.until(async () => (await newest()) >= 5, 20_000)).toBe(true);
    // Nothing is unsigned, so nothing is signed however often it is wished for.
    expect(await rounds.until(async () => (await newest()) >= 6, 50)).toBe(false);
    await rounds.stop();
  });

  it('waits until the logs show what there is: one that is built anew is behind, and not lost', async () => {
    let level: (() => void) | undefined;
    const before = await newest();
    const signing = start({ caughtUp: () => new Promise((resolve) => (level = resolve)) });
    await until('it leads', () => level !== undefined);
    expect([await newest(), signing.refusal()]).toEqual([before, null]);
    level!();
    await reached(before + 1);
  });

  it('goes on while the second place is away, and brings it what it lacks when it is back', async () => {
    const away = join(folder, 'later');
    const later = folderObjects(away);
    const first = (await newest()) + 1;
    const signing = start({ secondPlace: later });
    await reached(first);
    await until('it is noticed', () => signing.unwitnessed() > 0);
    expect(signing.refusal()).toBeNull();
    mkdirSync(away);
    time.elapsed += 60_000;
    await until(
      'the rounds are there',
      async () => (await later.exists(objectOf(first))) && signing.unwitnessed() === 0,
    );
  });

  it('signs nothing that does not continue the signed past, says why, and goes on when that is put right', async () => {
    const { pool } = database();
    await pool.query(`update signed_heads set size = size + 7 where log = $1`, [acme]);
    const before = await newest();
    const signing = start();
    await until('it refuses', () => signing.refusal() !== null);
    expect(signing.refusal()!.message).toContain(`Nothing is signed: the log ${acme} holds`);
    expect(await newest()).toBe(before);
    await pool.query(`update signed_heads set size = size - 7 where log = $1`, [acme]);
    time.elapsed += 60_000;
    await reached(before + 1);
    await until('it is well again', () => signing.refusal() === null);
  });

  it('signs nothing while the second place knows another past', async () => {
    const next = (await newest()) + 1;
    await place.put(objectOf(next), Buffer.from('another past\n'));
    const signing = start();
    await until('it refuses', () => signing.refusal() !== null);
    expect(signing.refusal()!.message).toContain(`another round ${next}`);
    await place.remove(objectOf(next));
    time.elapsed += 60_000;
    await reached(next);
    // The same, found out when a round is brought there.
    await until('it is there', async () => (await place.exists(objectOf(next))) && signing.refusal() === null);
    await place.put(objectOf(next + 1), Buffer.from('another past\n'));
    time.elapsed += 60_000;
    await until('it refuses again', () => signing.refusal() !== null);
    expect(await newest()).toBe(next + 1);
    time.elapsed += 60_000;
    await place.remove(objectOf(next + 1));
    time.elapsed += 60_000;
    // It rests twice from what seems to have taken minutes.
    const goesOn = async () => {
      time.elapsed += 60_000;
      return (await newest()) > next + 1;
    };
    await until('it goes on', goesOn, 40_000);
  });

  it('is one process’s work at a time: the other takes over when it is gone', async () => {
    const before = await newest();
    const [first, second] = [start(), start()];
    await reached(before + 1);
    await first.stop();
    await reached(before + 2);
    expect(second.refusal()).toBeNull();
  });
});
