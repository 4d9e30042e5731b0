import { projectionSchema } from '@annals/postgres';
import { erased } from '@annals/event-store';
import { project, rowsOf, storedEvents, testDatabase, type EventSketch } from '@annals/testing';
import { activityLog } from './projection.js';

const acme = '018f0000-0000-7000-8000-00000000000a';
const globex = '018f0000-0000-7000-8000-00000000000b';
const ada = '018f0000-0000-7000-8000-0000000000b1';
const root = '018f0000-0000-7000-8000-0000000000b2';
const fact = (id: number, over: object = {}) => ({
  id: `018f0000-0000-7000-8000-0000000000f${id}`,
  type: 'page_view',
  category: 'interaction',
  tags: ['docs', 'v2.1'],
  data: { path: '/a', odd: '\0\ud800' },
  occurred_at: '2026-02-01T00:00:00.000Z',
  ...over,
});

const database = testDatabase({ service: 'activity', projections: [activityLog] });
const lines = (account: string) =>
  rowsOf<Record<string, unknown>>(
    database().pool,
    account,
    `select type, category, tags, data, source, user_id, idx from ${projectionSchema(activityLog)}.activity_entries
     order by commit_pos, idx`,
  );
const by = (user: string) => ({
  actor: { user_id: user, session_id: null, kind: 'user' as const, on_behalf_of: null },
});

describe('the activity log', () => {
  it('tells what people did and what was done to them, in their words', async () => {
    const sketches: EventSketch[] = [
      {
        type: 'SessionStarted',
        stream: 'session-1',
        account_id: acme,
        data: { session_id: '1', user_id: ada, device_name: null },
      },
      {
        type: 'ProfileUpdated',
        stream: `profile-${acme}_${ada}`,
        account_id: acme,
        data: { account_id: acme, user_id: ada, name: 'Ada', bio: null, updated_at: 'x' },
        metadata: by(ada),
      },
      {
        type: 'MembershipRoleChanged',
        stream: `membership-${acme}_${ada}`,
        account_id: acme,
        data: { account_id: acme, user_id: ada, role: 'EDITOR' },
        metadata: by(root),
      },
      { type: 'SessionEnded', stream: 'session-1', account_id: acme, data: { user_id: ada, reason: 'logout' } },
      { type: 'SessionEnded', stream: 'session-2', account_id: acme, data: { user_id: ada, reason: 'terminated' } },
      { type: 'EmailClaimed', stream: 'email-1', account_id: acme, data: { user_id: ada } },
      { type: 'AccountCreated', stream: `account-${acme}`, account_id: acme, data: { account_id: acme } },
    ];
    await project(database().pool, activityLog, storedEvents(sketches));
    const server = { source: 'server', user_id: ada, idx: '0' };
    expect(await lines(acme)).toEqual([
      { ...server, type: 'sign_in', category: 'security', tags: [], data: { entity: 'Session', entity_id: '1' } },
      {
        ...server,
        type: 'profile_updated',
        category: 'profile',
        tags: ['name', 'bio'],
        data: { entity: 'Profile', entity_id: ada },
      },
      {
        ...server,
        type: 'account_role_changed',
        category: 'account',
        tags: [],
        data: { entity: 'Membership', entity_id: ada, by: root },
      },
      {
        ...server,
        type: 'sign_out',
        category: 'security',
        tags: ['logout'],
        data: { entity: 'Session', entity_id: '1' },
      },
      {
        ...server,
        type: 'session_ended',
        category: 'security',
        tags: ['terminated'],
        data: { entity: 'Session', entity_id: '2' },
      },
    ]);
  });

  it('has one line per fact of a client, and none once the person is erased', async () => {
    const tracked = (facts: unknown): EventSketch => ({
      type: 'ActivityTracked',
      stream: `tracked-${globex}_${ada}_20260201`,
      account_id: globex,
      data: { account_id: globex, user_id: ada, batch_id: ada, count: 2, facts },
    });
    const before = storedEvents(Array.from({ length: 9 }, () => tracked([])));
    await project(
      database().pool,
      activityLog,
      storedEvents([tracked([fact(1), fact(2, { tags: [], type: 'ping' })]), tracked(erased)], before),
    );
    expect(await lines(globex)).toEqual([
      {
        ...{ type: 'page_view', category: 'interaction', tags: ['docs', 'v2.1'], data: fact(1).data },
        ...{ source: 'client', user_id: ada, idx: '0' },
      },
      expect.objectContaining({ type: 'ping', tags: [], idx: '1' }),
    ]);
  });
});
