import { allEvents, defaultPreferences, headers } from '@annals/contracts';
import { connectEventStore, streamName } from '@annals/event-store';
import { signedIn } from '@annals/testing';
import { ownerOf, streamOf } from '../owner.js';
import { ofAccount, own, people, type PreferencesService, testPreferences } from '../testing/preferences-service.js';
import { accountPreferences, preferences } from './preferences.js';
import { shown } from './shown.js';

const service = testPreferences();
const call: PreferencesService['call'] = (...asked) => service().call(...asked);

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
    for await (const { data } of service().stores.store.readStream(stream, { open: false })) stored.push(data);
    expect(stored).toHaveLength(1);
    expect(JSON.stringify(stored)).not.toMatch(/Chatham|tritanopia/);
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
    const { eventNode, keys } = service().stores;
    const fresh = connectEventStore({ url: eventNode.url, events: allEvents, keys });
    const owner = ownerOf(me);
    const mine = await fresh.load(preferences, streamOf(owner));
    const ours = await fresh.load(accountPreferences, owner.account_id);
    await fresh.close();
    expect(shown(owner, { own: mine.state, account: ours.state }, true)).toEqual(served);
  });
});
