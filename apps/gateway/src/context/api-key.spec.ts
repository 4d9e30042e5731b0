import { apiKeyPrincipal, serviceIdentity, writeApiKey } from '@annals/auth';
import type { ProblemBody } from '@annals/contracts';
import { acme, globex, startEdge, type EdgeUnderTest } from '../testing/edge-under-test.js';

const key_id = '0190a000-0000-7000-8000-0000000000e1';
const key = writeApiKey({ account_id: acme, key_id, secret: Buffer.alloc(32, 7) });
const holder = serviceIdentity(apiKeyPrincipal(key_id), { accountId: acme, permissions: ['VIEW_AUDIT_LOG'] });

let edge: EdgeUnderTest;
afterEach(() => edge.close());
async function start(over: Parameters<typeof startEdge>[0] = {}): Promise<void> {
  edge = await startEdge(over);
  edge.behind.contextOf = () => ({ status: 200, body: holder });
}
const ask = (path: string, headers: Record<string, string> = {}) =>
  edge.ask(path, { headers: { authorization: `Bearer ${key}`, ...headers } });
const codeOf = async (answer: Response) => [answer.status, ((await answer.json()) as ProblemBody).code];

describe('an API key as a bearer token', () => {
  it('is proved by identity once, then remembered', async () => {
    await start();
    expect([(await ask('/audit-logs')).status, (await ask('/audit-logs')).status]).toEqual([200, 200]);
    expect(edge.behind.asked).toEqual([
      expect.objectContaining({ caller: { kind: 'api_key', key }, selector: { token_account_id: acme } }),
    ]);
  });

  it('is asked about again after a marker for it', async () => {
    await start();
    await ask('/audit-logs');
    edge.behind.contextOf = () => ({ status: 401, body: { code: 'api-key-invalid', detail: 'x' } });
    edge.behind.revoke('api_key', key_id);
    let status = 200;
    while (status === 200) ({ status } = await ask('/audit-logs'));
    expect(status).toBe(401);
  });

  it('opens nothing that is a person’s, nor what its scopes do not say', async () => {
    await start();
    expect(await codeOf(await ask('/users/profile'))).toEqual([403, 'person-required']);
    expect(await codeOf(await ask('/me/context'))).toEqual([403, 'person-required']);
    expect(await codeOf(await ask('/users'))).toEqual([403, 'role-required']);
    expect(edge.behind.calls).toEqual([]);
    const { fact, by } = edge.behind.batches.flat()[0]!;
    expect(fact.data).toMatchObject({ account_id: acme, user_id: null, principal: apiKeyPrincipal(key_id) });
    expect(by).toMatchObject({ kind: 'service', session_id: null });
  });

  it('does not work in another account; its own account’s log says who tried', async () => {
    await start();
    expect(await codeOf(await ask('/audit-logs', { 'account-id': globex }))).toEqual([403, 'account-mismatch']);
    expect(edge.behind.asked).toEqual([]);
    expect(edge.behind.batches.flat()[0]!.fact.data).toMatchObject({ account_id: acme, code: 'account-mismatch' });
  });

  it('that is not whole is refused without a question', async () => {
    await start();
    const cut = await edge.ask('/audit-logs', { headers: { authorization: `Bearer ${key.slice(0, -1)}` } });
    expect(await codeOf(cut)).toEqual([401, 'api-key-malformed']);
    expect(edge.behind.asked).toEqual([]);
  });

  it('has a rate limit of its own', async () => {
    await start({ userLimit: 1 });
    expect([(await ask('/audit-logs')).status, (await ask('/audit-logs')).status]).toEqual([200, 429]);
    edge.behind.contextOf = () => ({
      status: 200,
      body: { ...holder, principal: apiKeyPrincipal('0190a000-0000-7000-8000-0000000000e2') },
    });
    const other = writeApiKey({ account_id: acme, key_id, secret: Buffer.alloc(32, 8) });
    expect((await edge.ask('/audit-logs', { headers: { authorization: `Bearer ${other}` } })).status).toBe(200);
  });
});
