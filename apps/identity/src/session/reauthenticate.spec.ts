import { randomUUID } from 'node:crypto';
import { startTestStores } from '@annals/testing';
import { identityUnderTest, storeOptions, type IdentityService } from '../testing/identity-service.js';

const { service: started } = identityUnderTest(() => startTestStores(storeOptions));
let service: IdentityService;
beforeAll(() => {
  service = started();
});

const password = 'correct horse battery staple';

interface SignedIn {
  access_token: string;
  user_id: string;
  session_id: string;
  device_id: string;
}

async function signedIn(): Promise<SignedIn & { email: string }> {
  const email = `${randomUUID()}@example.test`;
  await service.call('POST', '/auth/register', { body: { email, password, name: 'Ada' } });
  const { body } = await service.call('POST', '/auth/login', { body: { email, password } });
  return { ...(body as unknown as SignedIn), email };
}
const prove = ({ access_token }: SignedIn, body: unknown = { password }) =>
  service.call('POST', '/auth/reauthenticate', { token: access_token, body });
const provedAt = async ({ user_id, session_id }: SignedIn) => {
  const { body } = await service.context({ user_id, session_id, selector: {}, account_optional: true });
  return Date.parse(String(body.authenticated_at));
};
const letTimePass = ({ session_id }: SignedIn) =>
  service.identity.pool.query(
    "update session_tokens set authenticated_at = now() - interval '1 hour' where session_id = $1",
    [session_id],
  );
const markers = async ({ session_id }: SignedIn) =>
  (await service.identity.pool.query("select from revocations where kind = 'session' and key = $1", [session_id]))
    .rowCount;

describe('proving again who one is', () => {
  it('counts from now on, and has every gateway look again', async () => {
    const ada = await signedIn();
    await letTimePass(ada);
    const before = Date.now();
    const { status, body } = await prove(ada);
    expect(status).toBe(200);
    expect(Date.parse(String(body.authenticated_at))).toBeGreaterThanOrEqual(before);
    expect(await provedAt(ada)).toBe(Date.parse(String(body.authenticated_at)));
    expect(await markers(ada)).toBe(1);
  });

  it('leaves other sessions as they are', async () => {
    const ada = await signedIn();
    const { body } = await service.call('POST', '/auth/login', { body: { email: ada.email, password } });
    const other = body as unknown as SignedIn;
    await letTimePass(other);
    const before = await provedAt(other);
    await prove(ada);
    expect([await provedAt(other), await markers(other)]).toEqual([before, 0]);
  });

  it('takes no wrong password, and changes nothing by it', async () => {
    const ada = await signedIn();
    await letTimePass(ada);
    const before = await provedAt(ada);
    const answer = await prove(ada, { password: 'a wholly different phrase' });
    expect([answer.status, answer.body.code]).toEqual([403, 'proof-refused']);
    expect([await provedAt(ada), await markers(ada)]).toEqual([before, 0]);
  });

  it('is held up by wrong passwords on the same device, even for the right one, and tells the log', async () => {
    const ada = await signedIn();
    await Promise.all(Array.from({ length: 5 }, () => prove(ada, { password: 'a wholly different phrase' })));
    const { pool, store } = service.identity;
    await pool.query('update sign_in_failures set failures = 50 where key like $1', [`% ${ada.device_id}`]);
    expect((await prove(ada)).body.code).toBe('proof-refused');
    const told: string[] = [];
    for await (const { type } of store.readStream(`credential-${ada.user_id}`)) told.push(type);
    expect(told).toContain('SignInThrottled');
  });

  it('needs something to prove it with', async () => {
    const answer = await prove(await signedIn(), {});
    expect([answer.status, answer.body.code]).toEqual([400, 'body-invalid']);
  });
});
