import {
  allEvents,
  type AuditEntry,
  type CurrentUserContext,
  type DomainEvent,
  headers,
  type ProfileEvent,
} from '@annals/contracts';
import { connectEventStore, uuidv7 } from '@annals/event-store';
import { createPool, projectionSchema, runProjection } from '@annals/postgres';
import { signedIn, startTestDatabase } from '@annals/testing';
import { activityLog } from './activity/projection.js';
import { auditLog } from './audit/projection.js';
import { activityUnderTest } from './testing/activity-service.js';
import { consenting } from './testing/consenting.js';

const under = activityUnderTest();
const stores = () => under().stores;

const everyClockButDate = [
  ...(['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'setImmediate', 'clearImmediate'] as const),
  ...(['nextTick', 'queueMicrotask', 'performance', 'hrtime'] as const),
];

/** What another service would have written. @returns the position to wait for */
const happened = (who: CurrentUserContext, category: string, id: string, events: DomainEvent[], now?: string) =>
  under().happened(who, category, id, events, now);

function profileUpdated(who: CurrentUserContext, fields: Record<string, unknown>, now?: string) {
  const data = { account_id: who.account_id, user_id: who.user_id, updated_at: '2026-03-01T12:00:00.000Z', ...fields };
  const event = { type: 'ProfileUpdated', data } as ProfileEvent;
  return happened(who, 'profile', `${who.account_id}_${who.user_id}`, [event], now);
}

const tracked = () => consenting(under());
const get = (path: string, who: CurrentUserContext, seen = '') => under().get(path, who, seen);
const track = (who: CurrentUserContext, body: unknown, extra: Record<string, string> = {}) =>
  under().service.call('POST', '/users/activity', who, { body, headers: extra });
type List<T> = { data: T[]; meta: Record<string, unknown> };
const listOf = <T>(answer: { json: Record<string, unknown> }) => answer.json as unknown as List<T>;

describe('/audit-logs', () => {
  it('shows who changed what, old and new, at once to a reader who waits for the write', async () => {
    const admin = signedIn('ADMIN');
    await profileUpdated(admin, { name: 'Ada', bio: 'Analyst' });
    const seen = await profileUpdated(admin, { name: 'Ada L.', bio: null });
    const { data } = listOf<AuditEntry>(await get('/audit-logs?entity=Profile', admin, seen));
    expect(data).toHaveLength(2);
    expect(data[0]).toMatchObject({
      account_id: admin.account_id,
      entity: 'Profile',
      entity_id: admin.user_id,
      action: 'UPDATE',
      event_type: 'ProfileUpdated',
      changes: { name: { old: 'Ada', new: 'Ada L.' }, bio: { old: 'Analyst', new: null } },
      actor: { kind: 'user', user_id: admin.user_id },
      session_id: admin.session_id,
      ip_address: '203.0.113.7',
      user_agent: 'jest',
      revision: '1',
    });
    expect(data[1]!.changes).toMatchObject({ name: { old: null, new: 'Ada' } });
    const one = await get(`/audit-logs/${data[0]!.id}`, admin);
    expect(one.json).toEqual(data[0]);
  });

  it('holds no personal value in clear in its tables', async () => {
    const admin = signedIn('ADMIN');
    const seen = await profileUpdated(admin, { name: 'Canary Kanarienvogel' });
    expect((await get('/audit-logs', admin, seen)).json).toMatchObject({
      data: [{ changes: { name: { new: 'Canary Kanarienvogel' } } }],
    });
    const { pool } = stores().database;
    const { rows } = await pool.query(`select fields::text from ${projectionSchema(auditLog)}.last_values`, []);
    expect(rows.length).toBeGreaterThan(0);
    expect(JSON.stringify(rows)).not.toContain('Canary');
  });

  it('keeps its skeleton when the person is erased, and says so where the values were', async () => {
    const admin = signedIn('ADMIN');
    const member = signedIn('VIEWER', { account_id: admin.account_id });
    await profileUpdated(member, { name: 'Ada' });
    const seen = await profileUpdated(member, { name: 'Ada L.' });
    await stores().keys.destroy(member.user_id!);
    const [entry] = listOf<AuditEntry>(await get('/audit-logs', admin, seen)).data;
    const gone = { erased: true };
    expect(entry).toMatchObject({
      entity_id: member.user_id,
      ip_address: gone,
      changes: { name: { old: gone, new: gone } },
    });
  });

  it('answers to ADMIN and nobody else', async () => {
    for (const role of ['MANAGER', 'EDITOR', 'AUTHOR', 'VIEWER', 'BILLING', 'ANALYTICS'] as const) {
      const { status, json } = await get('/audit-logs', signedIn(role));
      expect([role, status, json.message]).toEqual([role, 403, 'Missing permission: VIEW_AUDIT_LOG']);
      expect((await get(`/audit-logs/${uuidv7()}`, signedIn(role))).status).toBe(403);
    }
    expect((await under().service.call('GET', '/audit-logs', null)).status).toBe(401);
  });

  it('shows two accounts with identical ids nothing of each other', async () => {
    const acme = signedIn('ADMIN');
    const globex = signedIn('ADMIN', { user_id: acme.user_id, session_id: acme.session_id });
    const seen = [
      await profileUpdated(acme, { name: 'Acme' }),
      await profileUpdated(globex, { name: 'Globex' }),
    ].join();
    const mine = listOf<AuditEntry>(await get('/audit-logs', acme, seen)).data;
    const theirs = listOf<AuditEntry>(await get('/audit-logs', globex, seen)).data;
    expect([mine.length, theirs.length]).toEqual([1, 1]);
    expect(JSON.stringify(mine)).not.toContain('Globex');
    const foreign = await get(`/audit-logs/${theirs[0]!.id}`, acme);
    const unknown = await get(`/audit-logs/${uuidv7()}`, acme);
    expect([foreign.status, foreign.json.code, foreign.json.detail]).toEqual([
      404,
      'audit-entry-unknown',
      unknown.json.detail,
    ]);
    expect(listOf(await get(`/audit-logs?entity_id=${globex.account_id}`, acme)).data).toEqual([]);
  });

  it('filters by entity, action, type, actor, request and time', async () => {
    const admin = signedIn('ADMIN');
    const member = signedIn('VIEWER', { account_id: admin.account_id });
    await profileUpdated(admin, { name: 'A' }, '2026-02-01T00:00:00.000Z');
    await profileUpdated(member, { name: 'B' }, '2026-03-01T00:00:00.000Z');
    const granted = { account_id: admin.account_id, user_id: member.user_id, role: 'VIEWER' };
    const seen = await happened(admin, 'membership', `${admin.account_id}_${member.user_id}`, [
      { type: 'MembershipGranted', data: granted },
    ]);
    const found = async (query: string) =>
      listOf<AuditEntry>(await get(`/audit-logs?${query}`, admin, seen)).data.map(
        (entry) => `${entry.entity} ${entry.entity_id === admin.user_id ? 'admin' : 'member'}`,
      );
    const everything = ['Membership member', 'Profile member', 'Profile admin'];
    expect(await found('')).toEqual(everything);
    expect(await found('sort_order=asc')).toEqual([...everything].reverse());
    expect(await found('entity=Profile')).toEqual(everything.slice(1));
    expect(await found(`entity_id=${member.user_id}`)).toEqual(everything.slice(0, 2));
    expect(await found('action=INSERT')).toEqual(['Membership member']);
    expect(await found('event_type=MembershipGranted')).toEqual(['Membership member']);
    expect(await found(`actor=${member.user_id}`)).toEqual(['Profile member']);
    expect(await found('from=2026-02-15T00:00:00Z&to=2026-03-01T00:00:00.001Z')).toEqual(['Profile member']);
    const [entry] = listOf<AuditEntry>(await get('/audit-logs', admin)).data;
    expect(await found(`request_id=${entry!.request_id}`)).toEqual(['Membership member']);
  });

  it('shows what somebody was denied, and finds it by its outcome', async () => {
    const admin = signedIn('ADMIN');
    const member = signedIn('VIEWER', { account_id: admin.account_id });
    const { account_id, user_id } = member;
    const asked = { method: 'GET', route: '/users', operation: 'listUsers' };
    const denial = { ...asked, code: 'role-required', required: 'MANAGER', times: 3 };
    await profileUpdated(member, { name: 'Ada' });
    const seen = await happened(member, 'denial', `${account_id}_${user_id}`, [
      { type: 'AccessDenied', data: { account_id, user_id, principal: null, ...denial } },
    ]);
    const denied = listOf<AuditEntry>(await get('/audit-logs?outcome=denied', admin, seen)).data;
    expect(denied).toEqual([
      expect.objectContaining({
        ...{ outcome: 'denied', event_type: 'AccessDenied', entity: 'Access', entity_id: user_id },
        changes: Object.fromEntries(Object.entries(denial).map(([field, value]) => [field, { old: null, new: value }])),
        actor: expect.objectContaining({ user_id }) as object,
        ip_address: '203.0.113.7',
      }),
    ]);
    const others = listOf<AuditEntry>(await get('/audit-logs?outcome=success', admin)).data;
    expect(others.map(({ event_type, outcome }) => [event_type, outcome])).toEqual([['ProfileUpdated', 'success']]);
  });

  it('says by which elevation, or with which roles for a time, something was done', async () => {
    const admin = signedIn('ADMIN');
    const elevation_id = uuidv7();
    const visitor = signedIn('ADMIN', { account_id: admin.account_id, is_super_admin: true, elevation_id });
    await profileUpdated(visitor, { name: 'Ada' });
    const substitute = signedIn('VIEWER', { account_id: admin.account_id, temporary_roles: ['EDITOR'] });
    const seen = await profileUpdated(substitute, { name: 'Bob' });
    const { data } = listOf<AuditEntry>(await get('/audit-logs', admin, seen));
    expect(data.map((entry) => [entry.elevation_id, entry.temporary_roles])).toEqual([
      [null, ['EDITOR']],
      [elevation_id, []],
    ]);
  });

  it('tells one account nothing of a super admin’s visit to another', async () => {
    const [first, second] = [signedIn('ADMIN'), signedIn('ADMIN')];
    const root = signedIn('ADMIN');
    const { session_id, user_id } = root;
    const visit = (account: CurrentUserContext, reason: string) => {
      const { account_id } = account;
      const data = { elevation_id: uuidv7(), session_id, user_id, account_id, reason };
      return happened({ ...root, account_id }, 'session', session_id!, [
        { type: 'ElevationStarted', data: { ...data, expires_at: '2026-03-01T13:00:00.000Z' } },
        { type: 'ElevationEnded', data: { ...data, reason: 'ended' } },
      ]);
    };
    await visit(first, 'a secret of the first');
    const seen = await visit(second, 'looking for the second');
    const { data } = listOf<AuditEntry>(await get('/audit-logs', second, seen));
    expect(data.map(({ event_type, reason, changes }) => [event_type, reason, changes])).toEqual([
      ['ElevationEnded', 'ended', {}],
      ['ElevationStarted', 'looking for the second', {}],
    ]);
  });

  it('walks by cursor over everything exactly once, and refuses the cursor of another walk', async () => {
    const admin = signedIn('ADMIN');
    let seen = '';
    for (let turn = 0; turn < 7; turn++) seen = await profileUpdated(admin, { name: `Ada ${turn}` });
    const first = await get('/audit-logs?limit=2', admin, seen);
    expect(first.json.meta).toMatchObject({ current_page: 1, total_items: 7, total_pages: 4, has_next_page: true });
    const names: unknown[] = [];
    for (let page = listOf<AuditEntry>(first); ;) {
      names.push(...page.data.map((entry) => entry.changes.name!.new));
      const next = page.meta.next_cursor as string | null;
      if (next === null) break;
      page = listOf(await get(`/audit-logs?limit=2&cursor=${next}`, admin));
      expect(page.meta).not.toHaveProperty('total_items');
    }
    expect(names).toEqual([6, 5, 4, 3, 2, 1, 0].map((turn) => `Ada ${turn}`));
    expect(listOf<AuditEntry>(await get('/audit-logs?limit=2&page=4', admin)).data).toHaveLength(1);
    const cursor = String(listOf(first).meta.next_cursor);
    for (const [path, who] of [
      [`/audit-logs?cursor=${cursor}&entity=User`, admin],
      [`/audit-logs?cursor=${cursor}`, signedIn('ADMIN')],
    ] as const) {
      const refused = await get(path, who);
      expect([refused.status, refused.json.code]).toEqual([400, 'foreign-cursor']);
    }
  });

  it('refuses filters it does not know', async () => {
    const { status, json } = await get('/audit-logs?entitty=User&limit=500', signedIn('ADMIN'));
    expect(status).toBe(400);
    expect(json.errors).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ path: 'entitty' }),
        expect.objectContaining({ path: 'limit' }),
      ]),
    );
  });
});

describe('a disclosure', () => {
  it('is in the audit log with viewer, fields and reason, sealed for the person it is about, and in that person’s log', async () => {
    const boss = signedIn('ADMIN');
    const user_id = uuidv7();
    const seen = await happened(boss, 'disclosure', `${boss.account_id}_${user_id}`, [
      {
        type: 'ProfileDisclosed',
        data: {
          ...{ account_id: boss.account_id, user_id, viewer_id: boss.user_id, fields: ['name', 'phone_number'] },
          ...{ reason: 'Nobody has heard of her', disclosed_at: '2026-03-01T12:00:00.000Z' },
        },
      },
    ]);
    const entries = async () =>
      listOf<AuditEntry>(await get(`/audit-logs?entity=ProfileDisclosure&entity_id=${user_id}`, boss, seen)).data;
    expect(await entries()).toMatchObject([
      {
        ...{ action: 'INSERT', event_type: 'ProfileDisclosed', outcome: 'success', reason: null },
        actor: { user_id: boss.user_id },
        changes: {
          viewer_id: { old: null, new: boss.user_id },
          fields: { old: null, new: ['name', 'phone_number'] },
          reason: { old: null, new: 'Nobody has heard of her' },
        },
      },
    ]);
    const them = signedIn('VIEWER', { account_id: boss.account_id, user_id });
    expect(listOf<Record<string, unknown>>(await get('/users/activity', them, seen)).data).toMatchObject([
      { type: 'profile_disclosed', category: 'profile', data: { by: boss.user_id } },
    ]);
    await stores().keys.destroy(user_id);
    stores().store.forget(user_id);
    expect((await entries())[0]!.changes.reason).toEqual({ old: null, new: { erased: true } });
  });
});

describe('/users/activity', () => {
  it('stores one fact or many durably, and lists them', async () => {
    const me = await tracked();
    const one = await track(me, { type: 'page_view', tags: ['docs'], data: { path: '/a' } });
    expect([one.status, one.json.accepted, one.etag]).toEqual([202, 1, '']);
    const many = await track(me, [
      { type: 'click', category: 'ui' },
      { type: 'scroll', occurred_at: '2026-01-01T00:00:00+01:00' },
    ]);
    expect(many.json.accepted).toBe(2);
    const { data } = listOf<Record<string, unknown>>(await get('/users/activity', me, many.position));
    expect(data.map((line) => line.type)).toEqual(['scroll', 'click', 'page_view']);
    expect(data[0]).toMatchObject({ source: 'client', occurred_at: '2025-12-31T23:00:00.000Z', user_id: me.user_id });
    expect(data.map((line) => line.id)).toEqual(
      [...(many.json.ids as string[])].reverse().concat(one.json.ids as string[]),
    );
  });

  it('shows what the server saw beside what clients told', async () => {
    const me = await tracked();
    await track(me, { type: 'page_view' });
    const seen = await profileUpdated(me, { name: 'Ada' });
    const { data } = listOf<Record<string, unknown>>(await get('/users/activity', me, seen));
    expect(data.map((line) => [line.type, line.source, line.category])).toEqual([
      ['profile_updated', 'server', 'profile'],
      ['page_view', 'client', 'interaction'],
    ]);
  });

  it('takes 500 facts at once and a repeated key once', async () => {
    const me = await tracked();
    const facts = Array.from({ length: 500 }, (_, index) => ({ type: 'tick', data: { index, pad: 'x'.repeat(200) } }));
    const first = await track(me, facts, { 'idempotency-key': 'k' });
    const again = await track(me, facts, { 'idempotency-key': 'k' });
    expect([first.status, again.status, again.headers.get(headers.idempotencyReplayed)]).toEqual([202, 202, 'true']);
    expect(again.json).toEqual(first.json);
    const list = await get('/users/activity?limit=100&page=5', me, first.position);
    expect(list.json.meta).toMatchObject({ total_items: 500 });
    expect((await track(me, [...facts, { type: 'tick' }])).status).toBe(400);
  });

  it('has one effect under parallel sends of the same batch, and loses none of different ones', async () => {
    const me = await tracked();
    const sends = Array.from({ length: 20 }, (_, index) => track(me, { type: `t${index}` }));
    const answers = await Promise.all(sends);
    expect(answers.map((answer) => answer.status)).toEqual(answers.map(() => 202));
    const seen = answers.map((answer) => answer.position).join();
    expect((await get('/users/activity', me, seen)).json.meta).toMatchObject({ total_items: 20 });
  });

  it('filters by type, category, tag, session, time and text', async () => {
    const me = await tracked();
    const { position } = await track(me, [
      { type: 'a', category: 'x', tags: ['one'], data: { note: 'fifty_percent' }, occurred_at: '2026-01-01T00:00:00Z' },
      { type: 'b', category: 'y', tags: ['one', 'two'], data: { note: 'fifty%' }, occurred_at: '2026-02-01T00:00:00Z' },
    ]);
    const found = async (query: string) =>
      listOf<{ type: string }>(await get(`/users/activity?${query}`, me, position)).data.map((line) => line.type);
    expect(await found('type=a')).toEqual(['a']);
    expect(await found('category=y')).toEqual(['b']);
    expect(await found('tag=one')).toEqual(['b', 'a']);
    expect(await found('tag=two')).toEqual(['b']);
    expect(await found(`session=${me.session_id}`)).toEqual(['b', 'a']);
    expect(await found(`session=${uuidv7()}`)).toEqual([]);
    expect(await found('from=2026-01-15T00:00:00Z')).toEqual(['b']);
    expect(await found('to=2026-01-15T00:00:00Z')).toEqual(['a']);
    expect(await found('q=FIFTY')).toEqual(['b', 'a']);
    expect(await found('q=fifty%25')).toEqual(['b']);
  });

  it('is one’s own; another’s is for those who may see the audit log, and never of another account', async () => {
    const ada = await tracked();
    const { position } = await track(ada, { type: 'secret' });
    const peer = signedIn('MANAGER', { account_id: ada.account_id });
    const admin = signedIn('ADMIN', { account_id: ada.account_id });
    const path = `/users/activity?user_id=${ada.user_id}`;
    expect((await get(path, peer, position)).status).toBe(403);
    expect(listOf(await get(path, admin, position)).data).toHaveLength(1);
    expect(listOf(await get(path, signedIn('ADMIN'), position)).data).toEqual([]);
    expect(listOf(await get('/users/activity', signedIn('VIEWER', { user_id: ada.user_id }), position)).data).toEqual(
      [],
    );
  });

  it('keeps nothing of who did not consent or does no more, and says so without an error', async () => {
    const me = signedIn();
    const decides = async (activity_tracking: boolean) => {
      const data = {
        account_id: me.account_id,
        user_id: me.user_id,
        activity_tracking,
        updated_at: '2026-03-01T12:00:00.000Z',
      };
      const id = `${me.account_id}_${me.user_id}`;
      const seen = await happened(me, 'profile', id, [{ type: 'ProfilePrivacyChanged', data }]);
      await get('/users/activity', me, seen);
    };
    const key = { 'idempotency-key': 'while-consenting' };
    const nothing = { accepted: 0, ids: [], consented: false };
    const before = await track(me, { type: 'early' });
    expect([before.status, before.json, before.position]).toEqual([202, nothing, '']);
    await decides(true);
    const during = await track(me, { type: 'wanted' }, key);
    expect(during.json).toMatchObject({ accepted: 1, consented: true });
    await decides(false);
    expect((await track(me, [{ type: 'late' }, { type: 'later' }])).json).toEqual(nothing);
    // A repetition of what was taken is a repetition.
    const again = await track(me, { type: 'wanted' }, key);
    expect([again.json, again.headers.get(headers.idempotencyReplayed)]).toEqual([during.json, 'true']);
    const { data } = listOf<Record<string, unknown>>(await get('/users/activity', me, during.position));
    expect(data.map((line) => line.type)).toEqual(['profile_privacy_changed', 'wanted', 'profile_privacy_changed']);
  });

  it('stores no fact of somebody whose processing is restricted, says so, and goes on when that is lifted', async () => {
    const me = await consenting(under());
    const id = `${me.account_id}_${me.user_id}`;
    const happens = async (type: string) => {
      const data = { account_id: me.account_id, user_id: me.user_id };
      const by =
        type === 'ProcessingRestricted'
          ? { reason: 'Accuracy is contested', restricted_by_id: me.user_id, restricted_at: '2026-03-01T12:00:00.000Z' }
          : { lifted_by_id: me.user_id, lifted_at: '2026-03-01T12:00:00.000Z' };
      const seen = await happened(me, 'hold', id, [{ type, data: { ...data, ...by } }]);
      await get('/users/activity', me, seen);
    };
    await happens('ProcessingRestricted');
    const nothing = { accepted: 0, ids: [], consented: true, restricted: true };
    expect((await track(me, { type: 'while' })).json).toEqual(nothing);
    await happens('ProcessingRestrictionLifted');
    expect((await track(me, { type: 'after' })).json).toMatchObject({ accepted: 1, consented: true });
  });

  it('keeps a key for a day: a repetition after midnight finds the batch of the day before', async () => {
    const me = await tracked();
    const first = await track(me, { type: 'late' }, { 'idempotency-key': 'night' });
    const almostADayLater = Date.now() + 24 * 60 * 60 * 1000 - 1000;
    jest.useFakeTimers({ now: almostADayLater, doNotFake: everyClockButDate });
    try {
      const again = await track(me, { type: 'late' }, { 'idempotency-key': 'night' });
      expect([again.status, again.json]).toEqual([202, first.json]);
      expect(again.headers.get(headers.idempotencyReplayed)).toBe('true');
    } finally {
      jest.useRealTimers();
    }
    expect((await get('/users/activity', me, first.position)).json.meta).toMatchObject({ total_items: 1 });
  });
});

describe('the logs of a live system', () => {
  it('equal the logs built anew from the beginning', async () => {
    const { keys, eventNode } = stores();
    const projections = under().runners.map(({ projection }) => projection);
    await Promise.all(under().runners.map((runner) => runner.caughtUp()));
    const fresh = await startTestDatabase({ service: 'activity', projections });
    const own = connectEventStore({ url: eventNode.url, events: allEvents, keys });
    const rebuilt = projections.map((projection) => runProjection({ projection, pool: fresh.pool, store: own }));
    await Promise.all(rebuilt.map((runner) => runner.caughtUp()));
    const dump = async (url: string) => {
      const pool = createPool({ url, applicationName: 'compare' });
      const rows = await Promise.all(
        [
          [`${projectionSchema(auditLog)}.audit_entries`, 'commit_pos, prepare_pos'],
          [`${projectionSchema(auditLog)}.last_values`, 'stream'],
          [`${projectionSchema(activityLog)}.activity_entries`, 'commit_pos, prepare_pos, idx'],
        ].map(([table, order]) => pool.query(`select t::text from ${table} t order by ${order}`, [])),
      );
      await pool.end();
      return rows.map((answer) => answer.rows);
    };
    const [live, anew] = [await dump(stores().database.superuserUrl), await dump(fresh.superuserUrl)];
    expect(anew.map((rows) => rows.length)).toEqual(live.map((rows) => rows.length));
    expect(live[0]!.length).toBeGreaterThan(20);
    expect(anew).toEqual(live);
    await Promise.all(rebuilt.map((runner) => runner.stop()));
    await own.close();
    await fresh.stop();
  });
});
