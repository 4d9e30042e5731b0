import { type AuditEntry, type CurrentUserContext, type Retention, type RetentionPreview } from '@annals/contracts';
import { uuidv7 } from '@annals/event-store';
import { signedIn } from '@annals/testing';
import { activityPart } from '../activity/part.js';
import { auditPart } from '../audit/part.js';
import { activityUnderTest } from '../testing/activity-service.js';
import { retentionPart } from './part.js';

const under = activityUnderTest([auditPart, activityPart, retentionPart([auditPart, activityPart])]);

const pathOf = (who: CurrentUserContext) => `/accounts/${who.account_id}/retention`;
const get = (who: CurrentUserContext, path = pathOf(who)) => under().get(path, who);
const put = (who: CurrentUserContext, body: unknown, headers: Record<string, string> = {}, path = pathOf(who)) =>
  under().service.call('PUT', path, who, { body, headers });
const house = { activity: 365, analytics: 365, audit: 730, security: 365 };
const nothing = { activity: null, analytics: null, audit: null, security: null };

describe('GET /accounts/{id}/retention', () => {
  it('shows the house’s terms and the bounds where nothing was chosen', async () => {
    const admin = signedIn('ADMIN');
    const { status, json, etag } = await get(admin);
    expect([status, etag]).toEqual([200, '']);
    expect(json).toEqual({
      ...{ account_id: admin.account_id, days: house, chosen: nothing, updated_at: null },
      bounds: {
        activity: { floor: 1, ceiling: 3650, house: 365 },
        analytics: { floor: 1, ceiling: 3650, house: 365 },
        audit: { floor: 400, ceiling: 3650, house: 730 },
        security: { floor: 30, ceiling: 3650, house: 365 },
      },
    });
  });

  it('answers to who may manage retention, about their own account', async () => {
    const manager = signedIn('MANAGER');
    const { status, json } = await get(manager);
    expect([status, json.message]).toEqual([403, 'Missing permission: MANAGE_RETENTION']);
    expect((await put(manager, { days: {} })).status).toBe(403);
    const admin = signedIn('ADMIN');
    const foreign = await get(admin, `/accounts/${uuidv7()}/retention`);
    expect([foreign.status, foreign.json.code]).toEqual([404, 'account-not-found']);
    expect((await put(admin, { days: {} }, {}, `/accounts/${uuidv7()}/retention`)).status).toBe(404);
  });
});

describe('PUT /accounts/{id}/retention', () => {
  it('replaces what was chosen, and tells the audit log', async () => {
    const admin = signedIn('ADMIN');
    await put(admin, { days: { activity: 90, audit: 500 } });
    const { status, json, position } = await put(admin, { days: { activity: 30 } });
    expect(status).toBe(200);
    expect(json as unknown as Retention).toMatchObject({
      days: { ...house, activity: 30 },
      chosen: { ...nothing, activity: 30 },
    });
    const log = await under().get('/audit-logs?entity=Retention', admin, position);
    expect((log.json as unknown as { data: AuditEntry[] }).data.map(({ changes }) => changes)).toEqual([
      { 'days.activity': { old: 90, new: 30 }, 'days.audit': { old: 500, new: null } },
      { 'days.activity': { old: null, new: 90 }, 'days.audit': { old: null, new: 500 } },
    ]);
  });

  it('changes nothing for who saw an older version', async () => {
    const admin = signedIn('ADMIN');
    const { etag } = await put(admin, { days: { activity: 90 } });
    expect((await get(admin)).etag).toBe(etag);
    expect((await put(admin, { days: { activity: 60 } }, { 'if-match': etag })).status).toBe(200);
    const stale = await put(admin, { days: { activity: 30 } }, { 'if-match': etag });
    expect([stale.status, stale.json.code]).toEqual([412, 'stale-revision']);
    expect((await get(admin)).json).toMatchObject({ days: { activity: 60 } });
  });

  it.each([
    ['audit', 399, 'audit is kept 400 days at least; 399 were asked for'],
    ['security', 29, 'security is kept 30 days at least; 29 were asked for'],
  ])('names the floor that %s is below', async (of, days, detail) => {
    const admin = signedIn('ADMIN');
    for (const dry_run of [false, true]) {
      const { status, json } = await put(admin, { days: { [of]: days }, dry_run });
      expect([status, json.code, json.detail]).toEqual([400, 'retention-below-floor', detail]);
    }
  });

  it.each([[{ activity: 3651 }], [{ activity: 0 }], [{ activity: 1.5 }], [{ mail: 30 }]])(
    'refuses %j, which is no term',
    async (days) => expect((await put(signedIn('ADMIN'), { days })).status).toBe(400),
  );

  it('shows two accounts with identical ids nothing of each other', async () => {
    const acme = signedIn('ADMIN');
    const globex = signedIn('ADMIN', { user_id: acme.user_id, session_id: acme.session_id });
    await put(acme, { days: { activity: 7 } });
    expect((await get(globex)).json).toMatchObject({ account_id: globex.account_id, chosen: nothing });
    expect((await get(globex, pathOf(acme))).status).toBe(404);
  });
});

describe('a dry run', () => {
  it('tells of each class what is due, and changes nothing', async () => {
    const admin = signedIn('ADMIN');
    await under().service.call('POST', '/users/activity', admin, { body: { type: 'click' } });
    const { json, position, etag } = await put(admin, { days: { activity: 7 }, dry_run: true });
    expect([position, etag]).toEqual(['', '']);
    const { due, days } = json as unknown as RetentionPreview;
    expect(days).toEqual({ ...house, activity: 7 });
    expect(Object.keys(due)).toEqual(['activity', 'analytics', 'audit', 'security']);
    expect(due.activity).toMatchObject({ rows: 0, facts: 0, streams: 0, keys: 0 });
    expect((await get(admin)).json).toMatchObject({ chosen: nothing });
  });
});
