import { defaultPreferences, type MyContext } from '@annals/contracts';
import { acme, type EdgeUnderTest, member, startEdge, userId } from '../testing/edge-under-test.js';

const preferences = { user_id: userId, account_id: acme, ...defaultPreferences, updated_at: null };

describe('the context of whoever asks', () => {
  let edge: EdgeUnderTest;
  beforeEach(async () => {
    edge = await startEdge();
    edge.behind.answer = { status: 200, body: preferences };
  });
  afterEach(() => edge.close());

  const told = async (query: string): Promise<Partial<MyContext>> => {
    const answer = await edge.ask(`/me/context${query}`);
    expect(answer.status).toBe(200);
    return (await answer.json()) as MyContext;
  };

  it('asks nobody for preferences that nobody wants', async () => {
    const context = await told('');
    expect(context).toMatchObject({ user_id: userId, account_id: acme });
    expect(context).not.toHaveProperty('preferences');
    expect(edge.behind.calls).toEqual([]);
  });

  it('brings the preferences in force when it is asked to', async () => {
    expect(await told('?include=preferences')).toMatchObject({ user_id: userId, preferences });
    expect(edge.behind.calls).toEqual(['GET /api/v1/users/preferences']);
  });

  it.each([
    ['is away', { status: 503, body: { code: 'event-store-unavailable' } }],
    ['is not as new as was asked for', { status: 503, body: { code: 'projection-behind' } }],
    ['answers something else', { status: 200, body: { theme: 'dark' } }],
  ])('is told all the same when the profile service %s, and says what is missing', async (_how, answer) => {
    edge.behind.answer = answer;
    const context = await told('?include=preferences');
    expect(context).toMatchObject({ user_id: userId, account_id: acme, preferences: null, partial: ['preferences'] });
  });

  it('has no preferences where there is no account, and lacks nothing', async () => {
    edge.behind.contextOf = () => ({ status: 200, body: member({ account_id: null, role: null, roles: [] }) });
    const context = await told('?include=preferences');
    expect(context.preferences).toBeNull();
    expect(context).not.toHaveProperty('partial');
    expect(edge.behind.calls).toEqual([]);
  });

  it('refuses to bring what it does not know', async () => {
    const answer = await edge.ask('/me/context?include=profile');
    expect([answer.status, await answer.json()]).toEqual([400, expect.objectContaining({ code: 'query-invalid' })]);
  });
});
