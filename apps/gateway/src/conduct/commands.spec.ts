import { Conduct, headers } from '@annals/contracts';
import { acme, globex, member, startEdge, userId, type EdgeUnderTest } from '../testing/edge-under-test.js';

let edge: EdgeUnderTest;
beforeEach(async () => (edge = await startEdge()));
afterEach(() => edge.close());

const told = () => edge.behind.batches.flat();
const facts = () => told().map(({ fact }) => fact);
const problem = (status: number, code: string) => ({ status, body: { status, code, detail: 'x' } });
const who = { account_id: acme, user_id: userId, principal: null, times: 1 };
const patched = { method: 'PATCH', route: '/users/profile', operation: 'patchProfile' };

describe('a command that is refused for another reason than rights', () => {
  it.each([
    [400, 'body-invalid'],
    [404, 'member-unknown'],
    [409, 'handle-taken'],
    [410, 'subject-erased'],
    [412, 'stale-revision'],
    [415, 'media-type-unsupported'],
    [422, 'idempotency-key-reused'],
    [428, 'if-match-required'],
  ])('with %i is passed on as it came, once it is recorded', async (status, code) => {
    edge.behind.answer = problem(status, code);
    const answer = await edge.ask('/users/profile', { method: 'PATCH', headers: { 'x-request-id': 'my-request' } });
    expect([answer.status, await answer.json()]).toEqual([status, edge.behind.answer.body]);
    expect(facts()).toEqual([{ type: 'CommandRejected', data: { ...who, ...patched, status, code } }]);
    expect(Conduct.parse(told()[0])).toMatchObject({ request: { request_id: 'my-request' }, by: { kind: 'user' } });
  });

  it('by the edge itself is recorded, too', async () => {
    const body = new FormData();
    body.set('file', new Blob([Buffer.alloc(6_000_000)]), 'a.png');
    expect((await edge.ask('/users/profile/avatar', { method: 'POST', body })).status).toBe(413);
    expect(facts()).toEqual([
      expect.objectContaining({ type: 'CommandRejected', data: expect.objectContaining({ status: 413 }) as object }),
    ]);
  });

  it('because it names no account is recorded for whoever sent it, in no account’s log', async () => {
    edge.behind.contextOf = () => problem(400, 'account-required');
    await edge.ask('/users/profile', { method: 'PATCH' });
    expect(facts()).toEqual([
      {
        type: 'CommandRejected',
        data: { ...who, ...patched, account_id: null, status: 400, code: 'account-required' },
      },
    ]);
  });

  it('shows nothing of what was sent', async () => {
    edge.behind.answer = problem(400, 'body-invalid');
    await edge.ask('/users/profile?secret=1', { method: 'PATCH', headers: { 'idempotency-key': 'secret' } });
    expect(JSON.stringify(facts())).not.toContain('secret');
  });
});

describe('no entry is made of', () => {
  it.each([
    ['a read that finds nothing', 'GET', '/users/profile', problem(404, 'profile-unknown')],
    ['a question in the form of a POST', 'POST', '/permissions/check', problem(400, 'body-invalid')],
    ['a failure of ours', 'PATCH', '/users/profile', problem(503, 'event-store-unavailable')],
    ['too many requests', 'PATCH', '/users/profile', problem(429, 'rate-limited')],
    ['a command that was carried out', 'PATCH', '/users/profile', { status: 200, body: { ok: true } }],
  ])('%s', async (_name, method, path, answer) => {
    edge.behind.answer = answer;
    expect((await edge.ask(path, { method })).status).toBe(answer.status);
    expect(told()).toEqual([]);
  });

  it('a command of somebody who has not signed in', async () => {
    edge.behind.answer = problem(400, 'invalid-reset-token');
    await edge.ask('/auth/password/reset', { method: 'POST', headers: { authorization: '' } });
    expect(told()).toEqual([]);
  });

  it('a request to change what is no route', async () => {
    expect((await edge.ask('/nowhere', { method: 'POST' })).status).toBe(404);
    expect(told()).toEqual([]);
  });
});

describe('a command without effect', () => {
  beforeEach(() => {
    edge.behind.answer = { status: 200, body: { ok: true }, headers: { [headers.effect]: 'none', etag: '"4"' } };
  });

  it('is answered as it came, once it is recorded', async () => {
    const answer = await edge.ask('/users/profile', { method: 'PATCH' });
    expect([answer.status, answer.headers.get('etag'), await answer.json()]).toEqual([200, '"4"', { ok: true }]);
    expect(answer.headers.get(headers.effect)).toBeNull();
    expect(facts()).toEqual([{ type: 'CommandChangedNothing', data: { ...who, ...patched, status: 200 } }]);
  });

  it('without a body, too', async () => {
    edge.behind.answer = { status: 204, body: undefined, headers: { [headers.effect]: 'none' } };
    expect((await edge.ask('/users/profile', { method: 'DELETE' })).status).toBe(204);
    expect(facts()).toHaveLength(1);
  });

  it('is answered after a second when identity does not say that it has it', async () => {
    edge.behind.takeConduct = () => undefined;
    expect((await edge.ask('/users/profile', { method: 'PATCH' })).status).toBe(200);
    expect(edge.metrics.text()).toContain('annals_conduct_unacknowledged_total 1');
  });

  it('leaves no trace of somebody’s activity who does not consent to keep it', async () => {
    expect((await edge.ask('/users/activity', { method: 'POST' })).status).toBe(200);
    expect(told()).toEqual([]);
  });

  it('is none when it only asks', async () => {
    expect((await edge.ask('/permissions/check', { method: 'POST' })).status).toBe(200);
    expect(told()).toEqual([]);
  });

  it('stands in the account that it was asked in, and in no other with the same ids', async () => {
    edge.behind.contextOf = ({ selector }) => {
      const account_id = selector.slug === 'globex' ? globex : acme;
      return { status: 200, body: member({ account_id }) };
    };
    await edge.ask('/users/profile', { method: 'PATCH', headers: { 'account-id': 'globex' } });
    expect(facts().map(({ data }) => data.account_id)).toEqual([globex]);
  });
});
