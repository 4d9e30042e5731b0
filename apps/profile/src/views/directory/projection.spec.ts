import fc from 'fast-check';
import { erased, type StoredEvent } from '@annals/event-store';
import {
  assertTenantIsolation,
  projectBatch,
  type Projection,
  projectionSchema,
  readCheckpoint,
} from '@annals/postgres';
import { type EventSketch, project, rowsOf, storedEvents, testDatabase } from '@annals/testing';
import { directory } from './projection.js';
import { spellings } from './spelling.js';

const acme = '018f0000-0000-7000-8000-00000000000a';
const globex = '018f0000-0000-7000-8000-00000000000b';
const ada = '018f0000-0000-7000-8000-0000000000b1';
const bob = '018f0000-0000-7000-8000-0000000000b2';
const updated_at = '2026-01-01T00:00:00.000Z';

const versions = Array.from({ length: 80 }, (_, n): Projection => ({ ...directory, version: n + 1 }));
const database = testDatabase({ service: 'profile', projections: versions });
let used = 0;
/** A read model of its own, empty. */
const fresh = () => versions[used++]!;

type Who = readonly [accountId: string, userId: string];
const membership = (type: 'MembershipGranted' | 'MembershipEnded', [account_id, user_id]: Who): EventSketch => ({
  ...{ type, stream: `membership-${account_id}_${user_id}`, account_id },
  data: { account_id, user_id, ...(type === 'MembershipGranted' ? { role: 'VIEWER' } : { reason: 'left' }) },
});
const joined = (who: Who) => membership('MembershipGranted', who);
const left = (who: Who) => membership('MembershipEnded', who);
const about = (type: string, [account_id, user_id]: Who, data: object = {}): EventSketch => ({
  ...{ type, stream: `profile-${account_id}_${user_id}`, account_id },
  data: { account_id, user_id, updated_at, ...data },
});
const says = (who: Who, fields: object) => about('ProfileUpdated', who, fields);
const decides = (who: Who, decision: object) => about('ProfilePrivacyChanged', who, decision);
const becomes = (type: string, user_id: string, status?: string): EventSketch => ({
  // Written in the account of the administrator who did it, which it is not about.
  ...{ type, stream: `user-${user_id}`, account_id: globex },
  data: { user_id, ...(status && { status }) },
});

interface Rows {
  entries: Record<string, unknown>[];
  words: { word: string; user_id: string; sort_key: string }[];
  spellings: { spelling: string; word: string }[];
}
const accounts = [acme, globex];

async function rowsIn(projection: Projection, account: string): Promise<Rows> {
  const schema = projectionSchema(projection);
  const all = (table: string, order: string) =>
    rowsOf<never>(database().pool, account, `select * from ${schema}.${table} order by ${order}`);
  return {
    entries: await all('entries', 'user_id'),
    words: await all('words', 'word, sort_key, user_id'),
    spellings: await all('spellings', 'spelling, word'),
  };
}

/** Everything there is, to the byte. */
async function snapshot(projection: Projection): Promise<string> {
  const away = await rowsOf(database().pool, acme, `select * from ${projectionSchema(projection)}.away order by 1`);
  return JSON.stringify([away, ...(await Promise.all(accounts.map((account) => rowsIn(projection, account))))]);
}

async function given(sketches: EventSketch[]): Promise<{ projection: Projection; events: StoredEvent[] }> {
  const projection = fresh();
  const events = storedEvents(sketches);
  await project(database().pool, projection, events);
  return { projection, events };
}

const foundBy = ({ words }: Rows, userId = ada) =>
  words.filter((row) => row.user_id === userId).map(({ word }) => word);
const me: Who = [acme, ada];
const everything = { name: 'Ada Lovelace', handle: 'Ada.L', pronouns: 'she', bio: 'Analyst' };

describe('the directory', () => {
  it('finds a member by the words of name and handle, and keeps nothing else of the profile', async () => {
    const { projection } = await given([joined(me), says(me, everything)]);
    const rows = await rowsIn(projection, acme);
    expect(rows.entries).toMatchObject([{ user_id: ada, member: true, listed: true, sort_key: 'Ada Lovelace' }]);
    expect(rows.entries[0]!.state).toMatchObject({
      fields: { name: 'Ada Lovelace', handle: 'Ada.L', pronouns: 'she' },
    });
    expect(JSON.stringify(rows)).not.toContain('Analyst');
    expect(foundBy(rows)).toEqual(['@ada.l', 'ada', 'adal', 'l', 'lovelace']);
    const expected = ['ada', 'adal', 'l', 'lovelace'].flatMap((word) => spellings(word).map((one) => `${one} ${word}`));
    expect(rows.spellings.map(({ spelling, word }) => `${spelling} ${word}`).sort()).toEqual(expected.sort());
  });

  it.each<[string, EventSketch[]]>([
    ['is no member', [says(me, everything)]],
    ['left', [joined(me), says(me, everything), left(me)]],
    ['does not want to be found', [joined(me), says(me, everything), decides(me, { searchable: false })]],
    [
      'hides name and handle',
      [joined(me), says(me, everything), decides(me, { fields: { name: 'private', handle: 'private' } })],
    ],
    ['has deleted the profile', [joined(me), says(me, everything), about('ProfileDeleted', me)]],
    ['was erased', [joined(me), says(me, { name: erased, handle: erased, pronouns: erased })]],
    ['has neither name nor handle', [joined(me), says(me, { pronouns: 'she' })]],
  ])('has no word of a person who %s', async (_why, events) => {
    const { projection } = await given(events);
    const rows = await rowsIn(projection, acme);
    expect(rows.entries).toMatchObject([{ user_id: ada, listed: false, sort_key: '' }]);
    expect([rows.words, rows.spellings]).toEqual([[], []]);
  });

  it('keeps no value of somebody whose keys are gone', async () => {
    const { projection } = await given([joined(me), says(me, { name: erased, handle: erased, pronouns: erased })]);
    expect((await rowsIn(projection, acme)).entries[0]!.state).toMatchObject({ fields: {} });
  });

  it('finds who shows only a handle by it alone, in its place in the alphabet', async () => {
    const { projection } = await given([
      joined(me),
      says(me, everything),
      decides(me, { fields: { name: 'private' } }),
    ]);
    const rows = await rowsIn(projection, acme);
    expect(foundBy(rows)).toEqual(['@ada.l', 'ada', 'adal', 'l']);
    expect(rows.entries[0]!.sort_key).toBe('Ada.L');
  });

  it.each<[string, EventSketch[], EventSketch]>([
    ['joins again', [left(me)], joined(me)],
    ['wants to be found again', [decides(me, { searchable: false })], decides(me, { searchable: true })],
    [
      'shows the name again',
      [decides(me, { fields: { name: 'private', handle: 'private' } })],
      decides(me, { fields: { name: 'account', handle: 'public' } }),
    ],
  ])('finds who %s as before, though the event carries no name', async (_what, away, back) => {
    const { projection, events } = await given([joined(me), says(me, everything), ...away]);
    await project(database().pool, projection, storedEvents([back], events));
    expect(foundBy(await rowsIn(projection, acme))).toEqual(['@ada.l', 'ada', 'adal', 'l', 'lovelace']);
  });

  it('knows who is out, whoever did it, until they are in again', async () => {
    const { projection, events } = await given([
      ...[joined(me), says(me, everything), becomes('UserDisabled', ada, 'disabled'), becomes('UserDeleted', bob)],
    ]);
    const away = () =>
      rowsOf(database().pool, acme, `select user_id from ${projectionSchema(projection)}.away order by user_id`);
    expect(await away()).toEqual([{ user_id: ada }, { user_id: bob }]);
    const later = [becomes('UserEnabled', ada, 'active'), becomes('UserRestored', bob, 'disabled')];
    await project(database().pool, projection, storedEvents(later, events));
    expect(await away()).toEqual([{ user_id: bob }]);
  });

  it('keeps the spellings of a word while anybody is found by it', async () => {
    const other: Who = [acme, bob];
    const start = [joined(me), says(me, { name: 'Ada King' }), joined(other), says(other, { name: 'Bob King' })];
    const { projection, events } = await given(start);
    const spelled = async () => new Set((await rowsIn(projection, acme)).spellings.map(({ word }) => word));
    const first = storedEvents([says(me, { name: 'Ada Queen' })], events);
    await project(database().pool, projection, first);
    expect(await spelled()).toEqual(new Set(['ada', 'bob', 'king', 'queen']));
    await project(database().pool, projection, storedEvents([says(other, { name: 'Bob Queen' })], first));
    expect(await spelled()).toEqual(new Set(['ada', 'bob', 'queen']));
  });

  it('does not touch a row for a change that it does not show', async () => {
    const { projection, events } = await given([joined(me), says(me, everything)]);
    const versionOf = () => rowsOf(database().pool, acme, `select xmin from ${projectionSchema(projection)}.entries`);
    const before = await versionOf();
    await project(database().pool, projection, storedEvents([says(me, { bio: 'Countess' }), joined(me)], events));
    expect(await versionOf()).toEqual(before);
  });

  it('keeps accounts apart, also for the same person', async () => {
    const there: Who = [globex, ada];
    const { projection } = await given([
      joined(me),
      says(me, everything),
      joined(there),
      says(there, { name: 'Alias' }),
    ]);
    expect(foundBy(await rowsIn(projection, globex))).toEqual(['alias']);
    expect(foundBy(await rowsIn(projection, acme))).not.toContain('alias');
    expect((await rowsIn(projection, globex)).spellings.map(({ word }) => word)).not.toContain('lovelace');
    await assertTenantIsolation(database().pool);
  });
});

const names = ['Ada Lovelace', 'Ada King', 'Łukasz Weiß', '山田太郎', 'O’Neil', '🦄'];
const visibility = fc.constantFrom('private', 'account', 'public');
const someone = fc.constantFrom<Who>([acme, ada], [acme, bob], [globex, ada]);
const aField = <T>(values: readonly T[]) =>
  fc.option(fc.constantFrom<unknown>(...values, null, erased), { nil: undefined });
const happening: fc.Arbitrary<EventSketch> = fc.oneof(
  someone.map(joined),
  someone.map(left),
  fc
    .tuple(someone, aField(names), aField(['ada', 'al.king']))
    .map(([who, name, handle]) => says(who, { name, handle })),
  someone.map((who) => says(who, { bio: 'said' })),
  someone.map((who) => about('ProfileDeleted', who)),
  fc
    .tuple(someone, fc.boolean(), visibility, visibility)
    .map(([who, searchable, name, handle]) => decides(who, { searchable, fields: { name, handle } })),
  fc
    .tuple(
      fc.constantFrom('UserDisabled', 'UserEnabled', 'UserDeleted', 'UserRestored'),
      fc.constantFrom(ada, bob),
      fc.constantFrom('active', 'disabled'),
    )
    .map(([type, userId, status]) => becomes(type, userId, type === 'UserRestored' ? status : undefined)),
);
const histories = fc.array(happening, { minLength: 1, maxLength: 40 }).map((sketches) => storedEvents(sketches));

describe('rows of the directory', () => {
  it('are the same for any split, with duplicates, and rebuilt from zero', async () => {
    await fc.assert(
      fc.asyncProperty(histories, fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }), async (events, sizes) => {
        const [whole, split] = [fresh(), fresh()];
        await project(database().pool, whole, events);
        for (let start = 0, turn = 0; start < events.length; turn++) {
          const end = start + sizes[turn % sizes.length]!;
          const { position } = await readCheckpoint(database().pool, split);
          // Each batch begins with what the one before it ended with.
          const batch = events.slice(Math.max(0, start - 2), end);
          await projectBatch(database().pool, split, position, batch, batch.at(-1)!.position);
          start = end;
        }
        expect(await snapshot(split)).toBe(await snapshot(whole));
      }),
      { numRuns: 25, endOnFailure: true },
    );
  });

  it('hold spellings of exactly those words by which somebody is found', async () => {
    await fc.assert(
      fc.asyncProperty(histories, async (events) => {
        const projection = fresh();
        for (const event of events) await project(database().pool, projection, [event]);
        for (const account of accounts) {
          const rows = await rowsIn(projection, account);
          const words = new Set(rows.words.map(({ word }) => word).filter((word) => !word.startsWith('@')));
          const expected = [...words].flatMap((word) => spellings(word).map((one) => `${one} ${word}`));
          expect(rows.spellings.map(({ spelling, word }) => `${spelling} ${word}`).sort()).toEqual(expected.sort());
          const listed = rows.entries.filter((row) => row.listed).map((row) => row.user_id);
          expect(rows.words.filter(({ user_id }) => !listed.includes(user_id))).toEqual([]);
        }
      }),
      { numRuns: 10, endOnFailure: true },
    );
  });
});
