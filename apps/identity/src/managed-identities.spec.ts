import { randomUUID } from 'node:crypto';
import { ExternalIssuer, serviceIdentity } from '@annals/auth';
import { eraseHolders, startTestStores, until } from '@annals/testing';
import { auth0 } from './idp/auth0.js';
import { providers } from './provider/provider.js';
import { seedDemo } from './seed/seed.js';
import { demoPassword } from './seed/people.js';
import { startIdentity, storeOptions, type IdentityService } from './testing/identity-service.js';
import { startStubAuth0, stubSecret, type StubAuth0 } from './testing/stub-auth0.js';
import { users } from './user/user.js';

let stores: Awaited<ReturnType<typeof startTestStores>>;
let stub: StubAuth0;
let service: IdentityService;
let admin: string;
beforeAll(async () => {
  [stores, stub] = await Promise.all([startTestStores(storeOptions), startStubAuth0()]);
  const idp = auth0({
    ...{ url: stub.url, clientId: 'the-client', clientSecret: stubSecret, connection: 'people' },
    ...{ returnUrl: 'https://annals.test', pause: async () => undefined },
  });
  const tenant = { issuer: idp.issuer, audience: 'annals', jwks_uri: `${stub.url}/jwks`, provider: 'tenant' };
  service = await startIdentity(stores, {}, { issuers: [ExternalIssuer.parse(tenant)], idp });
  await seedDemo(service.identity);
  const login = { email: 'admin@acme.test', password: demoPassword, account: 'acme' };
  admin = (await service.call('POST', '/auth/login', { body: login })).body.access_token as string;
});
afterAll(async () => {
  await service.stop();
  await Promise.all([stores.stop(), stub.stop()]);
});

const newAddress = () => `${randomUUID()}@example.test`;
async function create(email = newAddress()): Promise<{ id: string; email: string }> {
  const { status, body } = await service.call('POST', '/users', { token: admin, body: { email, name: 'Grace' } });
  expect(status).toBe(201);
  return { id: body.id as string, email };
}
const mailTo = async (email: string) => {
  await service.settled();
  const { body } = await service.call('GET', `/dev/mail?to=${encodeURIComponent(email)}`);
  return body.data as { subject: string; text: string }[];
};
const arrive = (subject: string, email: string, email_verified: boolean) =>
  service.contextOf({
    caller: {
      ...{ kind: 'external', issuer: `${stub.url}/`, subject, email, email_verified, name: null },
      ...{ roles: [], auth_methods: [], authenticated_at: null },
    },
    ...{ selector: { slug: 'acme' }, account_optional: false, client: { ip_address: null, user_agent: null } },
  });
const there = (id: string) => stub.users.get(`auth0|${id}`);
const linked = async (hash: string) => (await service.identity.store.load(providers, hash)).state.kind;
const standing = async (id: string) => (await service.identity.store.load(users, id)).state.kind;

describe('somebody whom an administrator makes known, where a provider is managed', () => {
  it('is made known there and chooses a password there, by one mail of ours', async () => {
    const { id, email } = await create();
    const mails = await mailTo(email);
    expect(mails).toHaveLength(1);
    expect(mails[0]!.text).toContain(`${stub.url}/lo/reset?ticket=`);
    expect(mails[0]!.text).not.toContain('accept-invitation');
    expect(there(id)).toMatchObject({ email, blocked: false, identities: [{ connection: 'people' }] });
  });

  it('is who the first token of theirs says, and active once the provider has verified the address', async () => {
    const { id, email } = await create();
    await mailTo(email);
    expect((await arrive(`auth0|${id}`, email, false)).body).toMatchObject({ user_id: id, role: 'VIEWER' });
    expect(await standing(id)).toBe('pending');
    expect((await arrive(`auth0|${id}`, newAddress(), true)).body).toMatchObject({ user_id: id });
    expect(await standing(id)).toBe('pending');
    expect((await arrive(`auth0|${id}`, email, true)).body).toMatchObject({ user_id: id });
    expect(await standing(id)).toBe('active');
  });

  it('is blocked there with us, and let in again with us', async () => {
    const { id, email } = await create();
    await mailTo(email);
    const steps: [string, string, boolean][] = [
      ['POST', `/users/${id}/disable`, true],
      ['POST', `/users/${id}/enable`, false],
      ['DELETE', `/users/${id}`, true],
      ['POST', `/users/${id}/restore`, false],
    ];
    for (const [method, path, blocked] of steps) {
      const { status } = await service.call(method, path, { token: admin });
      expect(status).toBeLessThan(300);
      await until(`${method} ${path} is known there`, () => there(id)?.blocked === blocked);
    }
  });

  it('is deleted there and released here when they are erased, also when the provider was away at first', async () => {
    const { id, email } = await create();
    await mailTo(email);
    const provider_hash = service.identity.secrets.providerHash(`${stub.url}/`, `auth0|${id}`);
    const holders = [{ account_id: null, user_id: id }];
    const asked = await eraseHolders(stores.keys, [service.identity.store], holders);
    const ask = () => service.asExport('POST', '/internal/erasures', serviceIdentity('svc:export'), asked);
    stub.failNext(...Array.from({ length: 4 }, () => ({ status: 503 })));
    expect((await ask()).status).toBe(500);
    expect([there(id)?.email, await linked(provider_hash)]).toEqual([email, 'linked']);
    expect((await ask()).status).toBe(200);
    expect([there(id), await linked(provider_hash)]).toEqual([undefined, 'free']);
    expect((await ask()).status).toBe(200);
  });

  it('comes in by our own invitation when somebody else here has their identity there', async () => {
    const email = newAddress();
    const first = await create();
    await mailTo(first.email);
    // The address of that identity was changed there since, and verified.
    Object.assign(there(first.id)!, { email, email_verified: true });
    const second = await create(email);
    const [mail] = await mailTo(email);
    expect(mail!.text).toContain('accept-invitation');
    expect(there(second.id)).toBeUndefined();
  });

  it('waits for a provider that is away, and is invited then', async () => {
    const email = newAddress();
    stub.failNext(...Array.from({ length: 8 }, () => ({ status: 503 })));
    const { id } = await create(email);
    await until('they were invited', async () => (await mailTo(email)).length === 1);
    expect(there(id)).toMatchObject({ email });
  });
});

it('whoever is invited into an account besides, and has a password here, comes in by our own invitation', async () => {
  const email = newAddress();
  await service.call('POST', '/auth/register', { body: { email, password: demoPassword, name: 'Ada' } });
  const accounts = await service.call('GET', '/accounts', { token: admin });
  const acme = (accounts.body.data as { id: string; slug: string }[]).find(({ slug }) => slug === 'acme')!;
  const { status } = await service.call('POST', `/accounts/${acme.id}/invitations`, { token: admin, body: { email } });
  expect(status).toBe(201);
  const invited = (await mailTo(email)).find(({ subject }) => subject.includes('invited'));
  expect(invited!.text).toContain('accept-invitation');
});
