import { type ActivityEntry, type CurrentUserContext, headers } from '@annals/contracts';
import { tenantQuery } from '@annals/postgres';
import { signedIn } from '@annals/testing';
import { activityUnderTest } from '../testing/activity-service.js';
import { consenting } from '../testing/consenting.js';
import { activityTable } from './stored-entry.js';

const under = activityUnderTest();

const phone = 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 Version/17.4 Mobile/15E148';
const track = (who: CurrentUserContext, body: unknown, address = '198.51.100.77', agent = phone) =>
  under().service.call('POST', '/users/activity', who, {
    ...{ body, headers: { [headers.clientAddress]: address, [headers.clientAgent]: agent } },
  });

async function entries(query: string, who: CurrentUserContext, seen = ''): Promise<ActivityEntry[]> {
  const { status, json } = await under().get(`/users/activity${query}`, who, seen);
  expect([status, json]).toEqual([200, expect.anything()]);
  return json.data as ActivityEntry[];
}

/** What the server saw somebody do; `happened` makes requests from 203.0.113.7. */
const renamed = (who: CurrentUserContext, name = 'Ada') => {
  const { account_id, user_id } = who;
  const data = { account_id, user_id, name, updated_at: '2026-03-01T12:00:00.000Z' };
  return under().happened(who, 'profile', `${account_id}_${user_id}`, [{ type: 'ProfileUpdated', data }]);
};

describe('an entry of the activity log', () => {
  it('tells network and kind of device of its request, for facts of clients and of the server, to the person and to staff', async () => {
    const me = await consenting(under());
    const admin = signedIn('ADMIN', { account_id: me.account_id });
    await track(me, [{ type: 'click' }, { type: 'scroll' }]);
    await track(me, { type: 'ping' }, '2001:db8:7:8::9', 'curl/8.5.0');
    const seen = await renamed(me);
    const expected = [
      ['profile_updated', '203.0.113.0/24', 'api'],
      ['ping', '2001:db8:7::/48', 'api'],
      ['scroll', '198.51.100.0/24', 'mobile'],
      ['click', '198.51.100.0/24', 'mobile'],
    ];
    const shown = (list: ActivityEntry[]) => list.map(({ type, network, device }) => [type, network, device]);
    expect(shown(await entries('', me, seen))).toEqual(expected);
    expect(shown(await entries(`?user_id=${me.user_id}`, admin, seen))).toEqual(expected);
  });

  it('never holds a whole address, in no answer and in no table', async () => {
    const me = await consenting(under());
    const { position } = await track(me, { type: 'click' });
    const { text } = await under().get('/users/activity', me, position);
    const scope = { accountId: me.account_id! };
    const { rows } = await tenantQuery(under().stores.database.pool, scope, `select * from ${activityTable}`, []);
    expect(rows).toHaveLength(1);
    for (const held of [text, JSON.stringify(rows)]) expect(held).not.toContain('198.51.100.77');
  });

  it('has no network any more once the person is erased', async () => {
    const me = await consenting(under());
    const { position } = await track(me, { type: 'click' });
    const seen = await renamed(me);
    await entries('', me, `${position},${seen}`);
    await under().stores.keys.destroy(me.user_id!);
    under().stores.store.forget(me.user_id);
    expect((await entries('', me)).map(({ type, network }) => [type, network])).toEqual([
      ['profile_updated', null],
      ['click', null],
    ]);
  });

  it('shows the network of whoever did it, not of whom it is about', async () => {
    const me = signedIn();
    const admin = signedIn('ADMIN', { account_id: me.account_id });
    const { account_id, user_id } = me;
    const data = { account_id, user_id, role: 'EDITOR' };
    const seen = await under().happened(admin, 'membership', `${account_id}_${user_id}`, [
      { type: 'MembershipGranted', data },
    ]);
    await under().stores.keys.destroy(admin.user_id!);
    under().stores.store.forget(admin.user_id);
    expect(await entries('', me, seen)).toMatchObject([{ type: 'account_joined', network: null, user_id }]);
  });
});

describe('the filters of the activity log', () => {
  it('narrow by source and device, and together', async () => {
    const me = await consenting(under());
    await track(me, [
      { type: 'a', category: 'x', tags: ['one'], occurred_at: '2026-01-01T00:00:00Z' },
      { type: 'b', category: 'x', tags: ['one', 'two'], occurred_at: '2026-02-01T00:00:00Z' },
    ]);
    await track(me, { type: 'a', category: 'x', tags: ['two'], occurred_at: '2026-02-01T00:00:00Z' }, '::1', 'node');
    const seen = await renamed(me);
    const found = async (query: string) => (await entries(`?${query}`, me, seen)).map((entry) => entry.type);
    expect(await found('source=server')).toEqual(['profile_updated']);
    expect(await found('source=client')).toEqual(['a', 'b', 'a']);
    expect(await found('device=mobile')).toEqual(['b', 'a']);
    expect(await found('device=api&source=client')).toEqual(['a']);
    expect(await found('type=a&category=x&tag=one&source=client&device=mobile&to=2026-01-02T00:00:00Z')).toEqual(['a']);
    expect(await found(`type=a&session=${me.session_id}&q=two&from=2026-01-15T00:00:00Z`)).toEqual(['a']);
    expect(await found('type=b&tag=nowhere')).toEqual([]);
  });

  it.each([
    'device=toaster',
    'source=hearsay',
    'tag=',
    `q=${'x'.repeat(201)}`,
    'type=a&type=b',
    'session=1',
    'from=yesterday',
    'scope=account',
    'user_id=me',
  ])('refuse %s', async (query) => {
    const { status, json } = await under().get(`/users/activity?${query}`, signedIn());
    expect([status, json.code]).toEqual([400, 'query-invalid']);
  });

  it.each([
    `tag=${encodeURIComponent(`x' or 1=1 --`)}`,
    'tag={a,b}',
    'q=%25',
    'q=%5C',
    `type=${encodeURIComponent('"')}`,
  ])('take %s for text', async (query) => {
    const me = await consenting(under());
    const { position } = await track(me, { type: 'click', tags: ['a', 'b'] });
    expect(await entries(`?${query}`, me, position)).toEqual([]);
  });
});

describe('a cursor of the activity log', () => {
  it('leads through everything once, whatever is added meanwhile', async () => {
    const me = await consenting(under());
    const { position } = await track(
      me,
      Array.from({ length: 7 }, (_, index) => ({ type: `t${index}`, category: 'walk' })),
    );
    const walked: string[] = [];
    let path = '/users/activity?limit=3&category=walk';
    for (let cursor: string | null = ''; cursor !== null;) {
      const { json } = await under().get(cursor === '' ? path : `${path}&cursor=${cursor}`, me, position);
      walked.push(...(json.data as ActivityEntry[]).map(({ type }) => type));
      cursor = (json.meta as { next_cursor: string | null }).next_cursor;
      await track(me, { type: 'late', category: 'walk' });
      path = '/users/activity?limit=3&category=walk';
    }
    expect(walked).toEqual(['t6', 't5', 't4', 't3', 't2', 't1', 't0']);
  });

  it.each([
    ['of another form', 'x'],
    ['with too few numbers', (digest: string) => `${digest}.1`],
    ['with numbers too large', (digest: string) => `${digest}.${'9'.repeat(30)}.1.1`],
    ['with a statement in it', (digest: string) => `${digest}.1.1.1);drop table x;--`],
  ])('%s is refused', async (_, forged) => {
    const me = await consenting(under());
    const { position } = await track(me, [{ type: 'a' }, { type: 'b' }]);
    const { json } = await under().get('/users/activity?limit=1', me, position);
    const [digest = ''] = Buffer.from(String((json.meta as { next_cursor: string }).next_cursor), 'base64url')
      .toString()
      .split('.');
    const text = typeof forged === 'string' ? forged : Buffer.from(forged(digest)).toString('base64url');
    const answer = await under().get(`/users/activity?limit=1&cursor=${text}`, me);
    expect([answer.status, answer.json.code]).toEqual([400, 'invalid-cursor']);
  });
});

describe('two accounts with identical ids', () => {
  it('see nothing of each other’s activity', async () => {
    const acme = await consenting(under());
    const globex = await consenting(under(), { user_id: acme.user_id, session_id: acme.session_id });
    const [mine, theirs] = [await track(acme, { type: 'acme' }), await track(globex, { type: 'globex' })];
    const seen = `${mine.position},${theirs.position}`;
    for (const [who, own] of [
      [acme, 'acme'],
      [globex, 'globex'],
    ] as const) {
      const admin = signedIn('ADMIN', { account_id: who.account_id });
      for (const query of ['', `?session=${acme.session_id}`]) {
        expect((await entries(query, who, seen)).map(({ type }) => type)).toEqual([own]);
      }
      expect((await entries(`?user_id=${acme.user_id}`, admin, seen)).map(({ type }) => type)).toEqual([own]);
    }
  });
});
