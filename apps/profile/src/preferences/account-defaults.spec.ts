import { headers } from '@annals/contracts';
import { signedIn } from '@annals/testing';
import { ofAccount, own, people, type PreferencesService, testPreferences } from '../testing/preferences-service.js';

const service = testPreferences();
const call: PreferencesService['call'] = (...asked) => service().call(...asked);

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
    await call('GET', own, me, { at: service().other });
    for (let turn = 0; turn < 20; turn++) {
      const primary_color = `#0000${String(turn).padStart(2, '0')}`;
      const put = await call('PATCH', ofAccount(admin), admin, { body: { theme: { primary_color } } });
      const got = await call('GET', own, me, { at: service().other, [headers.minPosition]: put.position });
      expect(got.json.theme).toMatchObject({ primary_color });
    }
  });
});
