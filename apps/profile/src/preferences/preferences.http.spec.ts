import { allEvents, type CurrentUserContext, defaultPreferences, headers } from '@annals/contracts';
import { connectEventStore, streamName } from '@annals/event-store';
import { signedIn, startTestService, type TestService, testStores } from '@annals/testing';
import { startFolds } from '../folds/start-folds.js';
import { ownerOf, streamOf } from '../owner.js';
import { accountPreferences, preferences } from './preferences.js';
import { preferencesServiceRoutes } from './routes.js';
import { shown } from './shown.js';

const stores = testStores({ service: 'profile', projections: [], events: allEvents });
let one: TestService;
let other: TestService;

/** One process of the service over the shared store, with a connection and memory of its own. */
async function startProcess(): Promise<TestService> {
  const { eventNode, keys, keyEncryptionKey: commandKey } = stores();
  const store = connectEventStore({ url: eventNode.url, events: allEvents, keys });
  const folds = startFolds(store);
  const service = await startTestService({
    service: 'profile',
    routes: preferencesServiceRoutes({ folds, store }),
    commandKey,
  });
  return {
    ...service,
    async stop() {
      await service.stop();
      await folds.stop();
      await store.close();
    },
  };
}

beforeAll(async () => {
  [one, other] = await Promise.all([startProcess(), startProcess()]);
});
afterAll(async () => void (await Promise.all([one.stop(), other.stop()])));

type Extra = { body?: unknown; at?: TestService } & Record<string, unknown>;

/** Everything but `body` and `at` is a header. */
const call = (method: string, path: string, who: CurrentUserContext, { body, at = one, ...extra }: Extra = {}) =>
  at.call(method, path, who, { body, headers: extra as Record<string, string> });
const own = '/users/preferences';
const ofAccount = ({ account_id }: CurrentUserContext) => `/accounts/${account_id}/preferences`;

/** Somebody without rights, and an ADMIN of the same account. */
function people(): { me: CurrentUserContext; admin: CurrentUserContext } {
  const admin = signedIn('ADMIN');
  return { admin, me: signedIn('VIEWER', { account_id: admin.account_id }) };
}

describe('one’s own preferences', () => {
  it('are the house’s until something is chosen, choices then, and the house’s again', async () => {
    const me = signedIn();
    const before = await call('GET', own, me);
    expect(before.json).toEqual({
      ...{ user_id: me.user_id, account_id: me.account_id, ...defaultPreferences, updated_at: null },
    });
    const body = {
      timezone: 'Asia/Calcutta',
      theme: { mode: 'dark' },
      notifications: { quiet_hours: { enabled: true } },
    };
    const patched = await call('PATCH', own, me, { body });
    expect(patched.json).toMatchObject({
      ...body,
      theme: { mode: 'dark', font: 'system' },
      notifications: { quiet_hours: { enabled: true, from: '22:00', to: '07:00' } },
    });
    expect((await call('GET', own, me)).json).toEqual(patched.json);
    const replaced = await call('PUT', own, me, { body: { language: 'de' } });
    expect(replaced.json).toEqual({ ...before.json, language: 'de', updated_at: replaced.json.updated_at });
  });

  it.each([
    ['PUT', own, { theme: { shade: 1 } }, 'theme.shade'],
    ['PATCH', own, { notifications: { email: { pigeons: 'daily' } } }, 'notifications.email.pigeons'],
    ['PATCH', own, { notifications: { email: { security: 'never' } } }, 'notifications.email.security'],
    ['PATCH', own, { timezone: 'Mars/Olympus' }, 'timezone'],
    ['PUT', `${own}/theme`, { theme: { mode: 'dark' } }, 'theme'],
    ['PATCH', `${own}/notifications`, { quiet_hours: { from: '25:00' } }, 'quiet_hours.from'],
    ['PATCH', `${own}/accessibility`, { text_scale: 9 }, 'text_scale'],
    ['PUT', `${own}/localization`, { theme: { mode: 'dark' } }, 'theme'],
  ])('%s %s names the field that %j gets wrong', async (method, path, body, field) => {
    const { status, json } = await call(method, path, signedIn(), { body });
    expect([status, json.code]).toEqual([400, 'body-invalid']);
    expect(json.errors).toEqual([expect.objectContaining({ path: field })]);
  });

  it('refuse a change made over a state that is gone', async () => {
    const me = signedIn();
    await call('PUT', own, me, { body: { language: 'de' } });
    await call('PUT', own, me, { body: { language: 'fr' } });
    const stale = await call('PUT', own, me, { body: { language: 'it' }, 'if-match': '"0"' });
    expect([stale.status, stale.json.code]).toEqual([412, 'stale-revision']);
  });

  it('are others in another account, also for the same user id', async () => {
    const { me, admin } = people();
    const elsewhere = signedIn('VIEWER', { user_id: me.user_id });
    await call('PUT', own, me, { body: { language: 'de' } });
    await call('PUT', ofAccount(admin), admin, { body: { theme: { mode: 'dark' } } });
    expect((await call('GET', own, elsewhere)).json).toMatchObject({ ...defaultPreferences });
  });

  it('keep nothing personal in clear in the store', async () => {
    const me = signedIn();
    await call('PUT', own, me, {
      body: { timezone: 'Pacific/Chatham', accessibility: { color_vision: 'tritanopia' } },
    });
    const stream = streamName('preferences', streamOf(ownerOf(me)));
    const stored: unknown[] = [];
    for await (const { data } of stores().store.readStream(stream, { open: false })) stored.push(data);
    expect(stored).toHaveLength(1);
    expect(JSON.stringify(stored)).not.toMatch(/Chatham|tritanopia/);
  });
});

describe('a part of the preferences', () => {
  it.each([
    ['theme', { mode: 'dark', accent_color: '#1a2b3c' }, { mode: null }, { mode: 'system', accent_color: '#1a2b3c' }],
    ['notifications', { push: { activity: 'never' } }, { sms: { account: 'daily' } }, { push: { activity: 'never' } }],
    ['accessibility', { captions: true, text_scale: 1.5 }, { text_scale: null }, { captions: true, text_scale: 1 }],
    ['localization', { locale: 'de-AT', time_format: '24h' }, { locale: 'fr' }, { locale: 'fr', time_format: '24h' }],
  ])('%s is replaced, patched and read alone, in the one stream of all', async (part, put, patch, then) => {
    const me = signedIn();
    const path = `${own}/${part}`;
    const rest = { date_format: 'YYYY-MM-DD', theme: { font: 'mono' }, accessibility: { underline_links: true } };
    await call('PUT', own, me, { body: rest });
    const replaced = await call('PUT', path, me, { body: put, 'if-match': '"0"' });
    expect([replaced.status, replaced.etag]).toEqual([200, '"1"']);
    expect(replaced.json).toMatchObject(put);
    const patched = await call('PATCH', path, me, { body: patch, 'if-match': '"1"' });
    expect([patched.status, patched.etag]).toEqual([200, '"2"']);
    expect(patched.json).toMatchObject(then);
    const stale = await call('PATCH', path, me, { body: put, 'if-match': '"1"' });
    expect(stale.status).toBe(412);
    const got = await call('GET', path, me);
    expect([got.json, got.etag]).toEqual([patched.json, '"2"']);
    expect((await call('GET', path, me, { 'if-none-match': '"2"' })).status).toBe(304);
    const all = await call('GET', own, me);
    expect(all.etag).toBe('"2"');
    expect(part === 'localization' ? all.json : all.json[part]).toMatchObject(then);
  });

  it('leaves the others, and is emptied by an empty PUT', async () => {
    const me = signedIn();
    const chosen = { language: 'de', theme: { mode: 'dark' }, accessibility: { captions: true } };
    await call('PUT', own, me, { body: chosen });
    await call('PUT', `${own}/theme`, me, { body: {} });
    await call('PUT', `${own}/localization`, me, { body: { locale: 'de-AT' } });
    const { json } = await call('GET', own, me);
    expect(json).toMatchObject({ language: 'en', locale: 'de-AT', theme: { mode: 'system' } });
    expect(json.accessibility).toMatchObject({ captions: true });
  });

  it('is changed once by a repeated key', async () => {
    const me = signedIn();
    const key = { 'idempotency-key': 'theme-1' };
    const first = await call('PATCH', `${own}/theme`, me, { body: { mode: 'dark' }, ...key });
    await call('PATCH', `${own}/theme`, me, { body: { mode: 'light' } });
    const again = await call('PATCH', `${own}/theme`, me, { body: { mode: 'dark' }, ...key });
    expect([again.json, again.etag, again.headers.get(headers.idempotencyReplayed)]).toEqual([
      ...[first.json, first.etag, 'true'],
    ]);
    expect((await call('GET', `${own}/theme`, me)).json.mode).toBe('light');
    const reused = await call('PATCH', `${own}/theme`, me, { body: { mode: 'system' }, ...key });
    expect(reused.status).toBe(422);
  });
});

describe('the defaults of an account', () => {
  it('hold for its members where they have not chosen, field by field, and say whose choice each is', async () => {
    const { me, admin } = people();
    const defaults = { locale: 'de-AT', theme: { mode: 'dark', primary_color: '#aa0000' } };
    const put = await call('PUT', ofAccount(admin), admin, { body: defaults });
    expect([put.status, put.etag]).toEqual([200, '"0"']);
    expect(put.position).toMatch(/^\d+-\d+@accountpreferences$/);
    await call('PUT', own, me, { body: { theme: { mode: 'light' } } });
    const { json } = await call('GET', `${own}?explain=true`, me);
    expect(json).toMatchObject({ locale: 'de-AT', theme: { mode: 'light', primary_color: '#aa0000', font: 'system' } });
    expect(json.sources).toMatchObject({
      ...{ locale: 'account', language: 'house' },
      theme: { mode: 'own', primary_color: 'account', font: 'house' },
    });
    const part = await call('GET', `${own}/theme?explain=true`, me);
    expect(part.json.sources).toEqual((json.sources as Record<string, unknown>).theme);
    expect((await call('GET', own, me)).json).not.toHaveProperty('sources');
  });

  it('may be read by every member, and changed by who may change the account', async () => {
    const { me, admin } = people();
    await call('PATCH', ofAccount(admin), admin, { body: { language: 'de' } });
    const read = await call('GET', `${ofAccount(me)}?explain=true`, me);
    expect(read.json).toMatchObject({
      language: 'de',
      locale: 'en-US',
      sources: { language: 'account', locale: 'house' },
    });
    for (const method of ['PUT', 'PATCH']) {
      const { status, json } = await call(method, ofAccount(me), me, { body: { language: 'fr' } });
      expect([status, json.code]).toEqual([403, 'permission-required']);
    }
  });

  it('are those of the account one works in; any other is unknown', async () => {
    const [here, there] = [signedIn('ADMIN'), signedIn('ADMIN')];
    for (const [method, extra] of [
      ['GET', {}] as const,
      ['PUT', { body: {} }] as const,
      ['PATCH', { body: {} }] as const,
    ]) {
      const { status, json } = await call(method, ofAccount(there), here, extra);
      expect([status, json.code]).toEqual([404, 'account-not-found']);
    }
  });

  it('do not subscribe anybody to marketing, nor switch warnings off', async () => {
    const { admin } = people();
    const body = { notifications: { email: { marketing: 'daily', security: 'never' } } };
    const { status, json } = await call('PATCH', ofAccount(admin), admin, { body });
    expect(status).toBe(400);
    const paths = (json.errors as { path: string }[]).map(({ path }) => path).sort();
    expect(paths).toEqual(['notifications.email.marketing', 'notifications.email.security']);
  });

  it('refuse a stale change and take a repeated one once', async () => {
    const { admin } = people();
    const key = { 'idempotency-key': 'defaults-1' };
    await call('PUT', ofAccount(admin), admin, { body: { language: 'de' }, ...key });
    const again = await call('PUT', ofAccount(admin), admin, { body: { language: 'de' }, ...key });
    expect([again.etag, again.headers.get(headers.idempotencyReplayed)]).toEqual(['"0"', 'true']);
    await call('PUT', ofAccount(admin), admin, { body: { language: 'fr' } });
    const stale = await call('PUT', ofAccount(admin), admin, { body: { language: 'it' }, 'if-match': '"0"' });
    expect([stale.status, stale.json.code]).toEqual([412, 'stale-revision']);
  });

  it('make another ETag of what they change, so that a 304 is never wrong, and are no reason for a 412', async () => {
    const { me, admin } = people();
    await call('PUT', own, me, { body: { language: 'de' } });
    const first = await call('GET', own, me);
    expect(first.etag).toBe('"0"');
    await call('PUT', ofAccount(admin), admin, { body: { theme: { mode: 'dark' } } });
    const changed = await call('GET', own, me, { 'if-none-match': first.etag });
    expect([changed.status, changed.etag]).toEqual([200, '"0.0"']);
    expect((await call('GET', own, me, { 'if-none-match': '"0.0"' })).status).toBe(304);
    await call('PUT', ofAccount(admin), admin, { body: { theme: { mode: 'light' } } });
    expect((await call('GET', own, me, { 'if-none-match': '"0.0"' })).status).toBe(200);
    const written = await call('PATCH', own, me, { body: { language: 'fr' }, 'if-match': '"0.0"' });
    expect([written.status, written.etag]).toEqual([200, '"1.1"']);
    const stale = await call('PATCH', own, me, { body: { language: 'it' }, 'if-match': '"0.1"' });
    expect(stale.status).toBe(412);
  });

  it('are never stale for a member at another process who says what was seen', async () => {
    const { me, admin } = people();
    await call('GET', own, me, { at: other });
    for (let turn = 0; turn < 20; turn++) {
      const primary_color = `#0000${String(turn).padStart(2, '0')}`;
      const put = await call('PATCH', ofAccount(admin), admin, { body: { theme: { primary_color } } });
      const got = await call('GET', own, me, { at: other, [headers.minPosition]: put.position });
      expect(got.json.theme).toMatchObject({ primary_color });
    }
  });
});

describe('a repeated change', () => {
  it('is answered as the first time, whatever the account chose since', async () => {
    const { me, admin } = people();
    const change = { body: { language: 'de' }, 'idempotency-key': 'once' };
    await call('PUT', ofAccount(admin), admin, { body: { theme: { mode: 'dark' } } });
    const first = await call('PATCH', own, me, change);
    expect(first.json.theme).toMatchObject({ mode: 'dark' });
    await call('PUT', ofAccount(admin), admin, { body: { theme: { mode: 'light' } } });
    const again = await call('PATCH', own, me, change);
    expect(again.headers.get(headers.idempotencyReplayed)).toBe('true');
    expect([again.text, again.etag]).toEqual([first.text, first.etag]);
    expect((await call('GET', own, me)).json.theme).toMatchObject({ mode: 'light' });
  });
});

describe('what is in force', () => {
  it('is the same in whatever order a person and their account wrote', async () => {
    const mine = [{ theme: { mode: 'dark' } }, { language: 'de' }, { theme: { mode: null, font: 'mono' } }];
    const ours = [{ theme: { mode: 'light', font: 'serif' } }, { language: 'fr', locale: 'fr-CA' }, { locale: null }];
    const seen: unknown[] = [];
    for (const order of ['mmmooo', 'ooommm', 'momomo', 'omommo', 'oommmo']) {
      const { me, admin } = people();
      const [left, right] = [[...mine], [...ours]];
      for (const who of order) {
        if (who === 'm') await call('PATCH', own, me, { body: left.shift() });
        else await call('PATCH', ofAccount(admin), admin, { body: right.shift() });
      }
      const { user_id: _user, account_id: _account, updated_at: _at, ...values } = (await call('GET', own, me)).json;
      seen.push(values);
    }
    expect(seen[0]).toMatchObject({ language: 'de', locale: 'en-US', theme: { mode: 'light', font: 'mono' } });
    for (const values of seen) expect(values).toEqual(seen[0]);
  });

  it('follows from the events alone', async () => {
    const { me, admin } = people();
    await call('PUT', own, me, { body: { theme: { mode: 'dark' }, notifications: { push: { activity: 'never' } } } });
    await call('PATCH', `${own}/notifications`, me, { body: { push: { activity: null }, sms: { account: 'weekly' } } });
    await call('PUT', ofAccount(admin), admin, { body: { locale: 'de-AT', theme: { font: 'serif' } } });
    const served = (await call('GET', `${own}?explain=true`, me)).json;
    const { eventNode, keys } = stores();
    const fresh = connectEventStore({ url: eventNode.url, events: allEvents, keys });
    const owner = ownerOf(me);
    const mine = await fresh.load(preferences, streamOf(owner));
    const ours = await fresh.load(accountPreferences, owner.account_id);
    await fresh.close();
    expect(shown(owner, { own: mine.state, account: ours.state }, true)).toEqual(served);
  });
});
