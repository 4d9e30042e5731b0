import { Conduct, type ProblemBody } from '@annals/contracts';
import { acme, globex, member, sessionId, startEdge, userId, type EdgeUnderTest } from '../testing/edge-under-test.js';

let edge: EdgeUnderTest;
let closed: Promise<void> | undefined;
const close = () => (closed ??= edge.close());
beforeEach(async () => {
  closed = undefined;
  edge = await startEdge();
});
afterEach(close);

const codeOf = async (answer: Response) => ({
  status: answer.status,
  code: ((await answer.json()) as ProblemBody).code,
});
const told = () => edge.behind.batches.flat();
const problem = (status: number, code: string) => ({ status, body: { status, code, detail: 'x' } });

describe('the gateway, before it asks a service', () => {
  it.each([
    ['/audit-logs', 'permission-required', 'VIEW_AUDIT_LOG'],
    ['/users', 'role-required', 'MANAGER'],
  ])('refuses %s as the service would, and records it first', async (path, code, required) => {
    const answer = await edge.ask(path, { headers: { 'x-request-id': 'my-request', 'user-agent': 'test/1' } });
    expect(await codeOf(answer)).toEqual({ status: 403, code });
    expect(edge.behind.calls).toEqual([]);
    const [denial] = told();
    expect(Conduct.parse(denial)).toMatchObject({
      fact: {
        type: 'AccessDenied',
        data: {
          account_id: acme,
          user_id: userId,
          principal: null,
          method: 'GET',
          route: path,
          code,
          required,
          times: 1,
        },
      },
      by: { kind: 'user', session_id: sessionId, elevation_id: null, temporary_roles: [] },
      request: { request_id: 'my-request', user_agent: 'test/1', ip_address: '127.0.0.1' },
    });
    expect(denial!.request.traceparent).toContain(answer.headers.get('x-trace-id'));
  });

  it('lets those pass who may', async () => {
    edge.behind.contextOf = () => ({ status: 200, body: member({ permissions: ['VIEW_AUDIT_LOG'] }) });
    expect((await edge.ask('/audit-logs')).status).toBe(200);
    expect(edge.behind.calls).toEqual(['GET /api/v1/audit-logs']);
    expect(told().map(({ fact }) => fact.type)).toEqual(['PersonalDataRead']);
  });

  it('looks at the request where a permission is held under conditions', async () => {
    const under = (range: string) =>
      member({
        conditional_permissions: [
          { permission: 'VIEW_AUDIT_LOG', conditions: [{ kind: 'ip_range', ranges: [range] }] },
        ],
      });
    edge.behind.contextOf = ({ selector }) => ({
      status: 200,
      body: under(selector.slug === 'near' ? '127.0.0.0/8' : '10.0.0.0/8'),
    });
    expect((await edge.ask('/audit-logs', { headers: { 'account-id': 'near' } })).status).toBe(200);
    expect((await edge.ask('/audit-logs')).status).toBe(403);
  });

  it('says nothing of somebody who has not signed in', async () => {
    expect((await edge.ask('/audit-logs', { headers: { authorization: '' } })).status).toBe(401);
    expect(told()).toEqual([]);
  });
});

describe('a refusal', () => {
  it('of a service is passed on as it came, once it is recorded with its code', async () => {
    edge.behind.answer = problem(403, 'beyond-own-rights');
    const answer = await edge.ask('/users/profile', { method: 'PATCH' });
    expect(await codeOf(answer)).toEqual({ status: 403, code: 'beyond-own-rights' });
    expect(told()).toEqual([
      expect.objectContaining({
        fact: {
          type: 'AccessDenied',
          data: expect.objectContaining({ code: 'beyond-own-rights', method: 'PATCH', required: null }) as object,
        },
      }),
    ]);
  });

  it('to HEAD is recorded, too', async () => {
    edge.behind.answer = problem(403, 'whatever');
    expect((await edge.ask('/users/profile', { method: 'HEAD' })).status).toBe(403);
    expect(told()[0]!.fact.data).toMatchObject({ code: 'unknown' });
  });

  it.each([['no-account-access'], ['account-mismatch']])(
    'of the account itself (%s) stands in no account’s log, for it is not theirs',
    async (code) => {
      edge.behind.contextOf = () => problem(403, code);
      expect(await codeOf(await edge.ask('/audit-logs'))).toEqual({ status: 403, code });
      expect(told()[0]!.fact.data).toMatchObject({ account_id: null, user_id: userId, code });
    },
  );

  it('by the account’s policies stands in its log', async () => {
    edge.behind.contextOf = () => problem(403, 'account-requires-mfa');
    await edge.ask('/audit-logs');
    expect(told()[0]!.fact.data).toMatchObject({ account_id: acme, user_id: userId });
  });

  it('of a request that contradicts itself is recorded for whoever sent it', async () => {
    const answer = await edge.ask(`/accounts/${acme}`, { headers: { 'account-id': globex } });
    expect(await codeOf(answer)).toEqual({ status: 403, code: 'account-mismatch' });
    expect(told()[0]!.fact.data).toMatchObject({ account_id: null, user_id: userId, route: '/accounts/{id}' });
  });

  it('is given after a second when identity does not say that it has it, and counted', async () => {
    edge.behind.takeConduct = () => undefined;
    expect((await edge.ask('/audit-logs')).status).toBe(403);
    expect(edge.metrics.text()).toContain('annals_conduct_unacknowledged_total 1');
  });

  it('repeated again and again is told a few times, then as a number', async () => {
    for (let n = 0; n < 8; n++) await edge.ask('/audit-logs');
    expect(told().map(({ fact }) => fact.data.times)).toEqual([1, 1, 1, 1, 1]);
    await close();
    expect(told().at(-1)!.fact.data).toMatchObject({ times: 3, code: 'permission-required' });
    expect(new Set(told().map(({ id }) => id)).size).toBe(6);
  });
});
