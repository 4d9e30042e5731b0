import { assertTenantIsolation, withTenant } from '@annals/postgres';
import { type EventSketch, project, rowsOf, storedEvents, testDatabase } from '@annals/testing';
import fc from 'fast-check';
import { memberOf } from '../analytics/member.js';
import { countDue, deleteSome } from '../retention/kept.js';
import { engagementPart } from './part.js';
import { presenceProjection } from './presence.js';

const [acme, globex] = ['018f0000-0000-7000-8000-00000000000a', '018f0000-0000-7000-8000-00000000000b'];
const people = ['018f0000-0000-7000-8000-0000000000b1', '018f0000-0000-7000-8000-0000000000b2'] as const;
const [ada, bob] = people;
const secret = Buffer.alloc(32, 7);
const presence = presenceProjection(secret);
const database = testDatabase({ service: 'activity', projections: [presence] });

const did = (user: string, at: string, over: Partial<EventSketch> & { actor?: object } = {}): EventSketch => {
  const { actor, ...rest } = over;
  return {
    ...{ type: 'ProfileUpdated', stream: `profile-${acme}_${user}`, account_id: acme, data: { user_id: user } },
    ...rest,
    metadata: {
      occurred_at: at,
      actor: { user_id: user, session_id: null, kind: 'user', on_behalf_of: null, ...actor },
    },
  };
};
const decided = (user: string, at: string, activity_tracking: boolean): EventSketch =>
  did(user, at, { type: 'ProfilePrivacyChanged', data: { account_id: acme, user_id: user, activity_tracking } });

interface Rows {
  presence: { member: string; day: string; quarters: string }[];
  members: { member: string; first_seen: string }[];
  refusals: { member: string }[];
}
async function rows(account = acme): Promise<Rows> {
  const of = <R>(text: string) => rowsOf<R>(database().pool, account, text);
  const [days, members, refusals] = await Promise.all([
    of<Rows['presence'][number]>(
      'select member::text, day::text, quarters::text from presence_v2.presence order by 1, 2',
    ),
    of<Rows['members'][number]>(
      `select member::text, to_char(first_seen at time zone 'UTC', 'YYYY-MM-DD HH24:MI') as first_seen
       from presence_v2.members order by 1`,
    ),
    of<Rows['refusals'][number]>('select member::text from presence_v2.refusals order by 1'),
  ]);
  return { presence: days, members, refusals };
}
const quartersIn = (bits: string) => [...bits].flatMap((bit, index) => (bit === '1' ? [index] : []));
async function empty(): Promise<void> {
  for (const account of [acme, globex]) {
    for (const table of ['presence', 'members', 'refusals']) {
      await rowsOf(database().pool, account, `delete from presence_v2.${table}`);
    }
  }
}
let past = storedEvents([]);
async function happened(sketches: EventSketch[], cuts: readonly number[] = []): Promise<void> {
  const events = storedEvents(sketches, past);
  past = [...past, ...events];
  const edges = [0, ...[...cuts].sort((a, b) => a - b), events.length];
  for (let i = 1; i < edges.length; i++) {
    await project(database().pool, presence, events.slice(edges[i - 1], edges[i]));
  }
}

describe('presence', () => {
  beforeEach(empty);

  it('is the quarter hours in which people did something themselves, and since when', async () => {
    await happened([
      did(ada, '2026-03-01T00:00:00.000Z'),
      did(ada, '2026-03-01T00:14:59.999Z'),
      did(ada, '2026-03-01T23:45:00.000Z'),
      did(ada, '2026-02-27T12:00:00.000Z'),
      did(bob, '2026-03-02T06:31:00.000Z'),
    ]);
    const found = await rows();
    expect(found.presence.map(({ day, quarters }) => [day, quartersIn(quarters)]).sort()).toEqual([
      ['2026-02-27', [48]],
      ['2026-03-01', [0, 95]],
      ['2026-03-02', [26]],
    ]);
    expect(found.members).toHaveLength(2);
    expect(found.members).toContainEqual({ member: memberOf(secret, acme, ada), first_seen: '2026-02-27 12:00' });
  });

  it('is of people of the account alone: of no service, no visitor, nobody unknown', async () => {
    await happened([
      did(ada, '2026-03-01T00:00:00.000Z', { actor: { kind: 'service', user_id: null, on_behalf_of: ada } }),
      did(ada, '2026-03-01T00:00:00.000Z', { actor: { elevation_id: ada } }),
      did(ada, '2026-03-01T00:00:00.000Z', { actor: { kind: 'anonymous', user_id: null } }),
      did(ada, '2026-03-01T00:00:00.000Z', { account_id: null }),
    ]);
    expect(await rows()).toEqual({ presence: [], members: [], refusals: [] });
  });

  it('ends when somebody refuses, keeps what was, and goes on when they agree again', async () => {
    await happened([
      did(ada, '2026-03-01T00:00:00.000Z'),
      decided(ada, '2026-03-01T01:00:00.000Z', false),
      did(ada, '2026-03-01T02:00:00.000Z'),
      did(bob, '2026-03-01T02:00:00.000Z'),
    ]);
    await happened([did(ada, '2026-03-01T03:00:00.000Z')]);
    expect((await rows()).refusals).toEqual([{ member: memberOf(secret, acme, ada) }]);
    await happened([decided(ada, '2026-03-01T04:00:00.000Z', true), did(ada, '2026-03-01T05:00:00.000Z')]);
    const found = await rows();
    expect(found.refusals).toEqual([]);
    const hers = found.presence.find(({ member }) => member === memberOf(secret, acme, ada));
    expect(quartersIn(hers!.quarters)).toEqual([0, 16, 20]);
  });

  it('is another person’s in another account, for the same id, which sees nothing of it', async () => {
    await happened([did(ada, '2026-03-01T00:00:00.000Z')]);
    await happened([did(ada, '2026-03-01T06:00:00.000Z', { account_id: globex })]);
    const [here, there] = [await rows(), await rows(globex)];
    expect(here.presence.map(({ quarters }) => quartersIn(quarters))).toEqual([[0]]);
    expect(there.presence.map(({ quarters }) => quartersIn(quarters))).toEqual([[24]]);
    expect(there.members[0]!.member).not.toBe(here.members[0]!.member);
    await assertTenantIsolation(database().pool);
  });

  it('goes by the day when its time is over', async () => {
    await happened([did(ada, '2026-02-28T23:59:00.000Z'), did(ada, '2026-03-01T00:00:00.000Z')]);
    const [kept] = engagementPart.kept!;
    const until = new Date('2026-03-01T00:00:00.000Z');
    await withTenant(database().pool, { accountId: acme }, async (tx) => {
      expect(await countDue(tx, kept!, { accountId: acme, until, held: [], pseudonym: () => '' })).toMatchObject({
        rows: 1,
        oldest_kept: until,
      });
      expect(await deleteSome(tx, kept!, { accountId: acme, until, held: [], pseudonym: () => '' })).toBe(1);
    });
    expect((await rows()).presence.map(({ day }) => day)).toEqual(['2026-03-01']);
  });

  it('names nobody', async () => {
    await happened([did(ada, '2026-03-01T00:00:00.000Z'), decided(bob, '2026-03-01T00:00:00.000Z', false)]);
    const text = JSON.stringify(await rows());
    for (const id of people) expect(text).not.toContain(id.replaceAll('-', '').slice(12));
  });

  it('comes out the same however events come in batches, and when it is built anew', async () => {
    const at = fc.integer({ min: 0, max: 400 }).map((n) => new Date(Date.UTC(2026, 2, 1) + n * 600_000).toISOString());
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.tuple(fc.constantFrom(...people), at).map(([who, when]) => did(who, when)) },
      fc.tuple(fc.constantFrom(...people), at, fc.boolean()).map(([who, when, may]) => decided(who, when, may)),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 25 }),
        fc.array(fc.nat({ max: 25 }), { maxLength: 6 }),
        async (life, cuts) => {
          await empty();
          await happened(
            life,
            cuts.map((cut) => Math.min(cut, life.length)),
          );
          const live = await rows();
          await empty();
          await happened(life);
          expect(await rows()).toEqual(live);
        },
      ),
      { numRuns: 25 },
    );
  });
});
