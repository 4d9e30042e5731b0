import { type ConsentsWithHistory, headers } from '@annals/contracts';
import { uuidv7 } from '@annals/event-store';
import { signedIn } from '@annals/testing';
import { ownerOf, streamOf } from '../owner.js';
import { peopleOf } from '../testing/people.js';
import { testProfileService } from '../testing/profile-service.js';

const service = testProfileService();
const { call, happened } = peopleOf(service);
const text = { policy_version: '2026-03', locale: 'de-AT' };
type Who = ReturnType<typeof signedIn>;
const put = (who: Who, consents: object, extra: object = text, headersOf: object = {}) =>
  call('PUT', '/users/consents', who, { body: { consents, ...extra }, ...headersOf });
const get = async (who: Who, query = '') =>
  (await call('GET', `/users/consents${query}`, who)).json as unknown as ConsentsWithHistory;
const inForce = ({ consents }: Pick<ConsentsWithHistory, 'consents'>) =>
  Object.fromEntries(consents.map(({ purpose, in_force }) => [purpose, in_force]));

describe('/users/consents', () => {
  it('tells what was agreed to, by which text and when, and keeps every decision', async () => {
    const me = signedIn();
    expect(inForce(await get(me))).toEqual({ activity_tracking: false, usage_analytics: true });
    const yes = await put(me, { activity_tracking: true });
    expect([yes.status, inForce(yes.json as unknown as ConsentsWithHistory)]).toEqual([
      200,
      { activity_tracking: true, usage_analytics: true },
    ]);
    await put(me, { activity_tracking: false }, {});
    const { consents, history } = await get(me);
    expect(consents[0]).toMatchObject({ in_force: false, decision: { given: false, method: 'consents' } });
    expect(history.data).toMatchObject([
      { purpose: 'activity_tracking', given: false, policy_version: null, locale: null },
      { purpose: 'activity_tracking', given: true, ...text },
    ]);
    expect((await get(me, '?page=2&limit=1')).history).toMatchObject({
      data: [{ given: true }],
      meta: { total_items: 2, total_pages: 2 },
    });
  });

  it('writes nothing of what is so already, and once what is sent twice', async () => {
    const me = signedIn();
    const key = { 'idempotency-key': 'c-1' };
    const first = await put(me, { usage_analytics: false }, {}, key);
    const again = await put(me, { usage_analytics: false }, {}, key);
    expect([again.json, again.headers.get(headers.idempotencyReplayed)]).toEqual([first.json, 'true']);
    await put(me, { usage_analytics: false }, {});
    expect((await get(me)).history.meta.total_items).toBe(1);
    expect((await put(me, { usage_analytics: true }, text, key)).status).toBe(422);
  });

  it('refuses a change made over decisions that are gone', async () => {
    const me = signedIn();
    await put(me, { activity_tracking: true });
    const stale = await put(me, { activity_tracking: false }, {}, { 'if-match': '"7"' });
    expect([stale.status, stale.json.code]).toEqual([412, 'stale-revision']);
  });

  it.each([
    [{ consents: { activity_tracking: true } }, ['policy_version', 'locale']],
    [{ consents: { activity_tracking: true }, policy_version: '2026-03' }, ['locale']],
    [{ consents: { marketing: true }, ...text }, ['consents.marketing']],
    [{ consents: { activity_tracking: 'yes' }, ...text }, ['consents.activity_tracking']],
    [{ consents: {}, policy_version: 'the new one!' }, ['policy_version']],
    [{ consents: {}, locale: 'de_AT' }, ['locale']],
    [{}, ['consents']],
  ])('names what %j gets wrong', async (body, paths) => {
    const { status, json } = await call('PUT', '/users/consents', signedIn(), { body });
    expect([status, json.code]).toEqual([400, 'body-invalid']);
    expect((json.errors as { path: string }[]).map(({ path }) => path)).toEqual(paths);
  });

  it('is another one in another account, also for the same user id', async () => {
    const me = signedIn();
    await put(me, { activity_tracking: true });
    const elsewhere = await get(signedIn('VIEWER', { user_id: me.user_id }));
    expect([inForce(elsewhere).activity_tracking, elsewhere.history.data]).toEqual([false, []]);
  });
});

describe('consent and the privacy settings', () => {
  const privacyOf = async (who: Who) => (await call('GET', '/users/profile/privacy', who)).json;
  const patch = (who: Who, activity_tracking: boolean | null) =>
    call('PATCH', '/users/profile/privacy', who, { body: { activity_tracking } });

  it('are one truth: what is decided on one side is so on the other', async () => {
    const me = signedIn();
    await put(me, { activity_tracking: true });
    expect(await privacyOf(me)).toMatchObject({ activity_tracking: true });
    const patched = await patch(me, false);
    expect(patched.json).toMatchObject({ activity_tracking: false });
    const { consents, history } = await get(me);
    expect(consents.map(({ in_force }) => in_force)).toEqual([false, false]);
    expect(history.data[0]).toMatchObject({ given: false, method: 'privacy_settings', policy_version: null });
    await patch(me, null);
    expect((await get(me)).history.meta.total_items).toBe(history.meta.total_items);
  });

  it('say that consent was never asked where the settings leave it out', async () => {
    const me = signedIn();
    await call('PUT', '/users/profile/privacy', me, { body: { searchable: false } });
    expect((await get(me)).history.data).toEqual([]);
    await patch(me, true);
    await call('PUT', '/users/profile/privacy', me, { body: { searchable: false } });
    expect(await privacyOf(me)).toMatchObject({ searchable: false, activity_tracking: false });
  });

  it('remember what the settings decided when they kept it themselves', async () => {
    const me = signedIn();
    const data = { ...ownerOf(me), activity_tracking: true, updated_at: '2025-01-01T00:00:00.000Z' };
    await happened('profile', streamOf(ownerOf(me)), me, 'ProfilePrivacyChanged', data);
    const { consents, history } = await get(me);
    expect(consents.map(({ in_force }) => in_force)).toEqual([true, true]);
    expect(history.data).toMatchObject([{ at: data.updated_at }, { at: data.updated_at }]);
    await put(me, { activity_tracking: false }, {});
    expect(await privacyOf(me)).toMatchObject({ activity_tracking: false });
    expect((await get(me)).history.meta.total_items).toBe(3);
  });

  it('are carried out whole when a request is repeated after its second half was not reached', async () => {
    const me = signedIn();
    const asked = { body: { searchable: false, activity_tracking: true }, 'idempotency-key': uuidv7() };
    const { folds } = service().parts;
    const { execute } = folds;
    folds.execute = (aggregate, id, command) =>
      aggregate.category === 'consent' ? Promise.reject(new Error('cut off')) : execute(aggregate, id, command);
    const half = await call('PATCH', '/users/profile/privacy', me, asked);
    folds.execute = execute;
    expect(half.status).toBe(500);
    expect(await privacyOf(me)).toMatchObject({ searchable: false, activity_tracking: false });
    const whole = await call('PATCH', '/users/profile/privacy', me, asked);
    expect([whole.status, whole.json.activity_tracking]).toEqual([200, true]);
    expect((await get(me)).history.meta.total_items).toBe(2);
  });
});
