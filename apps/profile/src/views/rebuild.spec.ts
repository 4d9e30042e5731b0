import fc from 'fast-check';
import { allEvents, type CurrentUserContext } from '@annals/contracts';
import { connectEventStore } from '@annals/event-store';
import { createPool, type Projection, projectionSchema, runProjection } from '@annals/postgres';
import { signedIn, startTestDatabase } from '@annals/testing';
import { streamOf } from '../owner.js';
import { preferences } from '../preferences/preferences.js';
import { profile } from '../profile/profile.js';
import { testProfileService } from '../testing/profile-service.js';
import { directory } from './directory/projection.js';
import { handleHolders } from './handle-holders/projection.js';
import { members } from './members/projection.js';
import { verificationList } from './verifications/projection.js';

const service = testProfileService();
const projections: readonly Projection[] = [members, directory, verificationList, handleHolders];

/** People of two accounts, one of them in both. */
const ada = signedIn('ADMIN');
const bob = signedIn('VIEWER', { account_id: ada.account_id });
const there = signedIn('VIEWER', { user_id: ada.user_id });
const gone = signedIn('VIEWER', { account_id: ada.account_id });
const everybody = [ada, bob, there, gone];

type Deed = readonly [method: string, path: string, body?: object];
const proof = { fields: ['name'], evidence: [{ type: 'link', url: 'https://example.com/proof' }] };
const visibility = fc.constantFrom('private', 'account', 'public');
const name = fc.constantFrom('Ada Lovelace', 'Bob Weiß', '山田太郎', 'X', null);
const deed: fc.Arbitrary<Deed> = fc.oneof(
  name.map((said) => ['PATCH', '/users/profile', { name: said }] as const),
  name.map((said) => ['PUT', '/users/profile', { name: said, bio: 'Says', location: 'London' }] as const),
  fc.constantFrom('ada', 'bob', 'grace').map((handle) => ['PATCH', '/users/profile', { handle }] as const),
  fc.constant(['DELETE', '/users/profile'] as const),
  fc
    .record({ searchable: fc.boolean(), fields: fc.record({ name: visibility, handle: visibility }) })
    .map((body) => ['PATCH', '/users/profile/privacy', body] as const),
  fc.constant(['POST', '/users/profile/verification', proof] as const),
  fc.constant(['DELETE', '/users/profile/verification'] as const),
  fc
    .constantFrom({ language: 'de' }, { theme: { mode: 'dark' } }, { timezone: 'Europe/Vienna' })
    .map((body) => ['PATCH', '/users/preferences', body] as const),
  fc.constant(['join', ''] as const),
  fc.constant(['leave', ''] as const),
);

/** Does it. What the rules refuse is no part of the history, and tests nothing less. */
async function live(who: CurrentUserContext, [method, path, body]: Deed): Promise<void> {
  if (method === 'join') await service().join(who);
  else if (method === 'leave') await service().leave(who);
  else expect((await service().call(method, path, who, body ? { body } : {})).status).toBeLessThan(500);
}

/** Every row of every table of a read model, as its bytes are, in an order of their own. */
async function rowsOf(superuserUrl: string, projection: Projection): Promise<Record<string, string[]>> {
  const pool = createPool({ url: superuserUrl, applicationName: 'test rebuild', max: 1 });
  const schema = projectionSchema(projection);
  const { rows: tables } = await pool.query<{ name: string }>(
    'select tablename as name from pg_tables where schemaname = $1 order by 1',
    [schema],
  );
  const all: Record<string, string[]> = {};
  for (const { name: table } of tables) {
    const { rows } = await pool.query<{ row: string }>(
      `select t::text as row from ${schema}.${table} t order by 1`,
      [],
    );
    all[table] = rows.map(({ row }) => row);
  }
  await pool.end();
  return all;
}

beforeAll(async () => {
  for (const who of everybody) await live(who, ['join', '']);
  const deeds = fc.sample(fc.tuple(fc.constantFrom(...everybody), deed), { numRuns: 150, seed: 4 });
  for (const [who, done] of deeds) await live(who, done);
  // However it went: something is there to be rebuilt.
  await live(ada, ['join', '']);
  await live(ada, ['PATCH', '/users/profile/privacy', { searchable: true, fields: { name: 'account' } }]);
  await live(ada, ['PATCH', '/users/profile', { name: 'Ada Lovelace' }]);
  await live(ada, ['POST', '/users/profile/verification', proof]);
  await live(there, ['join', '']);
  await live(there, ['PATCH', '/users/profile', { name: 'Ada Elsewhere', handle: 'elsewhere' }]);
  // One account erases somebody who is still a member, and everybody erases somebody else.
  await service().erase({ account_id: bob.account_id, user_id: bob.user_id! });
  await service().erase(...[null, gone.account_id].map((account_id) => ({ account_id, user_id: gone.user_id! })));
  for (const who of [bob, gone]) await live(who, ['leave', '']);
  await service().reacted();
}, 180_000);

describe('after a long history', () => {
  it.each(projections.map((projection) => [projection.name, projection] as const))(
    'the read model %s rebuilds from zero to the same rows',
    async (_name, projection) => {
      const { database, store } = service().stores;
      const elsewhere = await startTestDatabase({ service: 'profile', projections: [projection] });
      const rebuilt = runProjection({ projection, pool: elsewhere.pool, store, batch: { maxEvents: 7 } });
      try {
        await Promise.all([service().followed(), rebuilt.caughtUp()]);
        const rows = await rowsOf(database.superuserUrl, projection);
        expect(await rowsOf(elsewhere.superuserUrl, projection)).toEqual(rows);
        expect(Object.values(rows).flat()).not.toEqual([]);
      } finally {
        await rebuilt.stop();
        await elsewhere.stop();
      }
    },
  );

  it('what is kept in memory is what the streams say from their first event on', async () => {
    const { eventNode, keys } = service().stores;
    const store = connectEventStore({ url: eventNode.url, events: allEvents, keys });
    for (const who of everybody) {
      const id = streamOf({ account_id: who.account_id!, user_id: who.user_id! });
      for (const aggregate of [profile, preferences]) {
        const kept = await service().parts.folds.read<unknown>(aggregate, id, []);
        const { state, revision } = await store.load<unknown>(aggregate, id);
        expect([kept.state, kept.revision]).toEqual([state, revision]);
        expect(revision).not.toBeNull();
      }
    }
    await store.close();
  });
});
