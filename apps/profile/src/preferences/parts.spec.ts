import { headers } from '@annals/contracts';
import { signedIn } from '@annals/testing';
import { own, type PreferencesService, testPreferences } from '../testing/preferences-service.js';

const service = testPreferences();
const call: PreferencesService['call'] = (...asked) => service().call(...asked);

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
