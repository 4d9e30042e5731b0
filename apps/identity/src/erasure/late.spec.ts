import { randomUUID } from 'node:crypto';
import { serviceIdentity } from '@annals/auth';
import { eraseHolders, startTestStores } from '@annals/testing';
import { credentials } from '../credential/credential.js';
import { link } from '../provider/link-identity.js';
import { providers } from '../provider/provider.js';
import { sweep } from '../sweep.js';
import { identityUnderTest, storeOptions } from '../testing/identity-service.js';
import { aRequest, peopleOf, type Somebody } from '../testing/people.js';
import { codeOf } from '../testing/teams.js';
import { grantSuperAdmin } from '../user/grant-super-admin.js';
import { users } from '../user/user.js';

const { service, stores } = identityUnderTest(() => startTestStores(storeOptions));
const somebody = peopleOf(service);

const asked = ({ user_id, home_id }: Somebody) =>
  eraseHolders(
    stores().keys,
    [service().identity.store],
    [null, home_id].map((account_id) => ({ account_id, user_id })),
  );
async function erase(person: Somebody): Promise<void> {
  const as = serviceIdentity('svc:export');
  const { status } = await service().asExport('POST', '/internal/erasures', as, await asked(person));
  expect(status).toBe(200);
}

describe('what comes late, from a request that was under way when its person was erased', () => {
  it('is swept up: a row of theirs, and of nobody else', async () => {
    const [gone, kept] = [await somebody(), await somebody()];
    await erase(gone);
    const { pool } = service().identity;
    const rowsOf = async ({ user_id }: Somebody) =>
      (await pool.query('select from known_devices where user_id = $1', [user_id])).rowCount;
    const late = 'insert into known_devices (user_id, device_id, first_seen_at) values ($1, $2, now())';
    await pool.query(late, [gone.user_id, randomUUID()]);
    expect(await rowsOf(gone)).toBe(1);
    await sweep(pool);
    expect([await rowsOf(gone), await rowsOf(kept)]).toEqual([0, 1]);
  });

  it('is looked for during two days, and then the note of it goes as well', async () => {
    const gone = await somebody();
    await erase(gone);
    const { pool } = service().identity;
    const noted = async () =>
      (await pool.query('select from erased_people where user_id = $1', [gone.user_id])).rowCount;
    await sweep(pool);
    expect(await noted()).toBe(1);
    await pool.query("update erased_people set noted_at = now() - interval '3 days'", []);
    await sweep(pool);
    expect(await noted()).toBe(0);
  });

  it('is given back: an identity that was linked and not counted yet', async () => {
    const gone = await somebody();
    const { identity } = service();
    const provider_hash = identity.secrets.providerHash('https://elsewhere.test/', randomUUID());
    const facts = { issuer: 'https://elsewhere.test/', provider: 'elsewhere', provider_id: 'elsewhere|ada' };
    const { user_id } = gone;
    // The process dies between the fact and its count, and nobody handles the fact before the erasure is done.
    const dying = { ...identity, store: { ...identity.store } };
    dying.store.execute = async (...command) => {
      if (command[0].category === credentials.category) throw new Error('killed');
      const outcome = await identity.store.execute(...command);
      await erase(gone);
      return outcome;
    };
    const command = { ...facts, provider_hash, user_id, reason: 'linked' as const, linked_at: aRequest().now };
    await expect(link(dying, aRequest(), command)).rejects.toThrow('killed');
    await service().settled();
    const { state } = await identity.store.load(providers, provider_hash);
    expect(state.kind).toBe('free');
    expect((await identity.store.load(credentials, user_id)).state.providers).toEqual([]);
  });
});

describe('the home of a person who was erased', () => {
  it('is brought back by nobody, not even by a super admin on a visit', async () => {
    const [gone, root] = [await somebody(), await somebody()];
    const { commandId: id, context, now } = aRequest();
    await service().identity.store.execute(users, root.user_id, {
      ...{ id, context, now },
      decide: (user) => grantSuperAdmin(user, { reason: 'runs the installation' }),
    });
    const visit = { account_id: gone.home_id, reason: 'Ticket 4711: the home is gone' };
    const elevated = await root.call('POST', '/elevations', { account: null, body: visit });
    expect(elevated.status).toBe(201);
    await erase(gone);
    const restored = await root.call('POST', `/accounts/${gone.home_id}/restore`, { account: null });
    expect(codeOf(restored)).toEqual([410, 'subject-erased']);
  });
});
