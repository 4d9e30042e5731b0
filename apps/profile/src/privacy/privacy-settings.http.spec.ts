import { headers } from '@annals/contracts';
import { signedIn } from '@annals/testing';
import { peopleOf } from '../testing/people.js';
import { testProfileService } from '../testing/profile-service.js';

const service = testProfileService();
const { call, person } = peopleOf(service);

describe('/users/profile/privacy', () => {
  it('is there from the beginning with every default, and read back fresh after each write', async () => {
    const me = signedIn();
    const before = await call('GET', '/users/profile/privacy', me);
    expect(before.json).toMatchObject({
      ...{ user_id: me.user_id, account_id: me.account_id, updated_at: null },
      ...{ searchable: true, activity_tracking: false },
      fields: { name: 'account', phone_number: 'private', emergency_contact: 'private', avatar: 'account' },
    });
    const put = await call('PUT', '/users/profile/privacy', me, { body: { fields: { bio: 'public' } } });
    expect([put.status, put.etag]).toEqual([200, '"0"']);
    const patch = await call('PATCH', '/users/profile/privacy', me, { body: { activity_tracking: true } });
    expect(patch.json).toMatchObject({ activity_tracking: true, fields: { bio: 'public', name: 'account' } });
    const got = await call('GET', '/users/profile/privacy', me);
    expect([got.json, got.etag]).toEqual([patch.json, '"0.1"']);
    expect((await call('GET', '/users/profile/privacy', me, { 'if-none-match': '"0.1"' })).status).toBe(304);
    const reset = await call('PUT', '/users/profile/privacy', me, { body: {} });
    expect(reset.json).toEqual({ ...before.json, updated_at: reset.json.updated_at });
  });

  it('refuses a change made over a state that is gone', async () => {
    const { who } = await person();
    const body = { searchable: false };
    const stale = await call('PATCH', '/users/profile/privacy', who, { body, 'if-match': '"7"' });
    expect([stale.status, stale.json.code]).toEqual([412, 'stale-revision']);
  });

  it('takes a repeated key once, and refuses the key with another body', async () => {
    const me = signedIn();
    const put = (searchable: boolean) =>
      call('PUT', '/users/profile/privacy', me, { body: { searchable }, 'idempotency-key': 'p-1' });
    const first = await put(false);
    const again = await put(false);
    expect([again.json, again.headers.get(headers.idempotencyReplayed)]).toEqual([first.json, 'true']);
    expect((await put(true)).status).toBe(422);
  });

  it.each([
    ['PUT', { fields: { emergency_contact: 'public' } }, 'fields.emergency_contact'],
    ['PATCH', { fields: { emergency_contact: 'public' } }, 'fields.emergency_contact'],
    ['PUT', { fields: { bio: 'friends' } }, 'fields.bio'],
    ['PUT', { fields: { shoe_size: 'public' } }, 'fields.shoe_size'],
    ['PUT', { fields: { bio: null } }, 'fields.bio'],
    ['PATCH', { searchable: 'yes' }, 'searchable'],
    ['PATCH', { everything: 'private' }, 'everything'],
  ])('names what %s %j gets wrong', async (method, body, path) => {
    const { status, json } = await call(method, '/users/profile/privacy', signedIn(), { body });
    expect([status, json.code]).toEqual([400, 'body-invalid']);
    expect(json.errors).toEqual([expect.objectContaining({ path })]);
  });

  it('is another one in another account, also for the same user id', async () => {
    const { who } = await person({}, { searchable: false });
    const elsewhere = signedIn('VIEWER', { user_id: who.user_id });
    expect((await call('GET', '/users/profile/privacy', elsewhere)).json).toMatchObject({ searchable: true });
  });
});
