import { Problem } from '@annals/contracts';
import { member, type EdgeUnderTest, sessionId, startEdge, userId, acme } from '../testing/edge-under-test.js';
import { mayGoOn } from './may-go-on.js';

describe('an event stream through the edge', () => {
  let edge: EdgeUnderTest;
  // Its own each time: a refusal is remembered for a while.
  beforeEach(async () => {
    edge = await startEdge();
    edge.behind.answer = { status: 200, body: 'data: one\n\n', headers: { 'content-type': 'text/event-stream' } };
  });
  afterEach(() => edge.close());

  /** Opens a stream and reads its first event; what it gives resolves at the end of the stream. */
  async function opened(): Promise<{ end: Promise<string> }> {
    const response = await edge.ask('/users/activity/stream');
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    const text = (chunk: Uint8Array | undefined) => new TextDecoder().decode(chunk);
    const first = text((await reader.read()).value);
    expect([response.status, first]).toEqual([200, 'data: one\n\n']);
    return { end: reader.read().then(({ done, value }) => (done ? 'ended' : text(value))) };
  }

  it.each([
    ['their session is ended', 'session', sessionId, { status: 401, body: { code: 'session-ended', detail: '' } }],
    [
      'they leave the account',
      'membership',
      `${acme}_${userId}`,
      { status: 403, body: { code: 'no-access', detail: '' } },
    ],
    ['their rights change', 'user', userId, { status: 200, body: member({ role: 'AUTHOR', roles: ['AUTHOR'] }) }],
  ])('ends when %s', async (_, kind, key, told) => {
    const { end } = await opened();
    edge.behind.contextOf = () => told;
    edge.behind.revoke(kind, key);
    expect(await end).toBe('ended');
  });

  it('goes on through a revocation that changes nothing for them', async () => {
    const { end } = await opened();
    const asked = edge.behind.asked.length;
    edge.behind.revoke('user', userId);
    // It was looked at again, and more than once.
    while (edge.behind.asked.length === asked) await new Promise(setImmediate);
    edge.behind.revoke('user', userId);
    while (edge.behind.asked.length === asked + 1) await new Promise(setImmediate);
    expect(await Promise.race([end, Promise.resolve('open')])).toBe('open');
    edge.behind.contextOf = () => ({ status: 401, body: { code: 'session-ended', detail: '' } });
    edge.behind.revoke('session', sessionId);
    expect(await end).toBe('ended');
  });
});

describe('whoever opened an event stream', () => {
  const caller = member();
  const failing = (status: number) => () => Promise.reject(new Problem(status, 'some-code', 'Why'));

  it('may go on while they are who they were, also while nobody can be asked', async () => {
    expect(await mayGoOn({ caller, callerNow: async () => member() })).toBe(true);
    expect(await mayGoOn({ caller, callerNow: failing(503) })).toBe(true);
    expect(await mayGoOn({ caller: null, callerNow: null })).toBe(true);
  });

  it.each([
    ['their role', { role: 'AUTHOR' as const }],
    ['their permissions', { permissions: ['VIEW_AUDIT_LOG' as const] }],
    ['their account', { account_id: userId }],
    ['their elevation', { elevation_id: userId }],
    ['access as a super admin', { is_system_admin_access: true }],
  ])('may not when %s changed', async (_, over) => {
    expect(await mayGoOn({ caller, callerNow: async () => member(over) })).toBe(false);
  });

  it('may not when they are nobody any more', async () => {
    expect(await mayGoOn({ caller, callerNow: failing(401) })).toBe(false);
    expect(await mayGoOn({ caller, callerNow: failing(403) })).toBe(false);
  });
});
