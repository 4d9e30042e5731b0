import { headers } from '@annals/contracts';
import { streamName, uuidv7 } from '@annals/event-store';
import { contentTag } from '@annals/service';
import { signedIn } from '@annals/testing';
import { type ProfileService, testProfileService } from './testing/profile-service.js';

const service = testProfileService();
const stores = () => service().stores;
const call: ProfileService['call'] = (...asked) => service().call(...asked);

describe('/users/profile', () => {
  it('is there from the beginning, empty', async () => {
    const me = signedIn();
    const { status, json, etag } = await call('GET', '/users/profile', me);
    expect(status).toBe(200);
    expect(json).toMatchObject({ user_id: me.user_id, account_id: me.account_id, name: null, updated_at: null });
    expect(etag).toBe('');
  });

  it('is replaced, patched, and read back fresh, each with its ETag', async () => {
    const me = signedIn();
    const put = await call('PUT', '/users/profile', me, { body: { name: 'Ada', bio: 'Analyst' } });
    expect([put.status, put.etag]).toEqual([200, '"0"']);
    expect(put.position).toMatch(/^\d+-\d+@profile$/);
    const patch = await call('PATCH', '/users/profile', me, { body: { bio: null, location: 'London' } });
    expect([patch.status, patch.etag]).toEqual([200, '"1"']);
    const got = await call('GET', '/users/profile', me);
    expect(got.json).toEqual(patch.json);
    expect(got.json).toMatchObject({ name: 'Ada', bio: null, location: 'London' });
    expect(got.etag).toBe('"1"');
    const known = await call('GET', '/users/profile', me, { 'if-none-match': '"1"' });
    expect(known.status).toBe(304);
  });

  it('refuses a change made over a state that is gone', async () => {
    const me = signedIn();
    await call('PUT', '/users/profile', me, { body: { name: 'Ada' } });
    await call('PATCH', '/users/profile', me, { body: { name: 'Ada L.' }, 'if-match': '"0"' });
    const stale = await call('PATCH', '/users/profile', me, { body: { name: 'A.' }, 'if-match': '"0"' });
    expect([stale.status, stale.json.code]).toEqual([412, 'stale-revision']);
    expect((await call('GET', '/users/profile', me)).json.name).toBe('Ada L.');
  });

  it('is emptied by DELETE, and emptying twice is once', async () => {
    const me = signedIn();
    await call('PUT', '/users/profile', me, { body: { name: 'Ada' } });
    const gone = await call('DELETE', '/users/profile', me);
    expect([gone.status, gone.etag]).toEqual([204, '"1"']);
    expect((await call('GET', '/users/profile', me)).json.name).toBeNull();
    expect((await call('DELETE', '/users/profile', me)).etag).toBe('"1"');
  });

  it('takes a repeated key once, and refuses the key with another body', async () => {
    const me = signedIn();
    const key = { 'idempotency-key': 'k-1' };
    const first = await call('PATCH', '/users/profile', me, { body: { name: 'Ada' }, ...key });
    await call('PATCH', '/users/profile', me, { body: { name: 'Grace' } });
    const again = await call('PATCH', '/users/profile', me, { body: { name: 'Ada' }, ...key });
    expect([again.status, again.headers.get(headers.idempotencyReplayed)]).toEqual([200, 'true']);
    expect([again.json, again.etag]).toEqual([first.json, first.etag]);
    expect((await call('GET', '/users/profile', me)).json.name).toBe('Grace');
    const other = await call('PATCH', '/users/profile', me, { body: { name: 'Alan' }, ...key });
    expect(other.status).toBe(422);
  });

  it.each([
    ['PUT', { nickname: 'ada' }, 'nickname'],
    ['PUT', { phone_number: '0123' }, 'phone_number'],
    ['PUT', { date_of_birth: '2999-01-01' }, 'date_of_birth'],
    ['PATCH', { emergency_contact: { name: 'Anne' } }, 'emergency_contact.phone_number'],
    ['PATCH', { social_links: { github: 'javascript:alert(1)' } }, 'social_links.github'],
  ])('names the field that %s %j gets wrong', async (method, body, path) => {
    const { status, json } = await call(method, '/users/profile', signedIn(), { body });
    expect(status).toBe(400);
    expect(json.errors).toEqual(expect.arrayContaining([expect.objectContaining({ path })]));
  });

  it('is never stale for a reader at another process who says what it has seen', async () => {
    const me = signedIn();
    await call('GET', '/users/profile', me, { at: service().other });
    for (let turn = 0; turn < 20; turn++) {
      const put = await call('PATCH', '/users/profile', me, { body: { name: `Ada ${turn}` } });
      const seen = { [headers.minPosition]: put.position };
      const got = await call('GET', '/users/profile', me, { at: service().other, ...seen });
      expect(got.json.name).toBe(`Ada ${turn}`);
    }
  });

  it('is another one in another account, also for the same user id', async () => {
    const mine = signedIn();
    const elsewhere = signedIn('VIEWER', { user_id: mine.user_id });
    await call('PUT', '/users/profile', mine, { body: { name: 'Ada' } });
    expect((await call('GET', '/users/profile', elsewhere)).json.name).toBeNull();
  });

  it('keeps no personal value in clear in the store', async () => {
    const me = signedIn();
    await call('PUT', '/users/profile', me, { body: { name: 'Canary Kanarienvogel' } });
    const stream = streamName('profile', `${me.account_id}_${me.user_id}`);
    for await (const event of stores().store.readStream(stream, { open: false })) {
      expect(JSON.stringify(event.data)).not.toContain('Canary');
      expect(event.data.name).toEqual({ sealed: expect.stringMatching(/^v1\./) as string });
    }
  });
});

describe('/users/{user_id}/profile', () => {
  it('shows members what is theirs to see, at once to a reader who waits for the write', async () => {
    const ada = signedIn();
    const grace = signedIn('VIEWER', { account_id: ada.account_id });
    const joined = await service().join(ada);
    for (let turn = 0; turn < 10; turn++) {
      const body = { name: `Ada ${turn}`, phone_number: '+431234567', date_of_birth: '1990-01-01' };
      const put = await call('PUT', '/users/profile', ada, { body });
      const seen = { [headers.minPosition]: `${put.position},${joined}` };
      const got = await call('GET', `/users/${ada.user_id}/profile`, grace, seen);
      expect(got.json).toEqual({
        ...{ user_id: ada.user_id, account_id: ada.account_id, name: `Ada ${turn}`, pronouns: null, bio: null },
        ...{ handle: null, location: null, website: null, social_links: null, updated_at: put.json.updated_at },
        ...{ date_of_birth: null, phone_number: null, emergency_contact: null, avatar: null, verified: null },
      });
      // Tagged by what it says: a revision would tell of changes that are not theirs to see.
      expect(got.etag).toBe(contentTag(got.json));
    }
  });

  it('is 404 for somebody unknown and, in the same words, for a member of another account', async () => {
    const ada = signedIn();
    const joined = await service().join(ada);
    const stranger = signedIn();
    const seen = { [headers.minPosition]: joined };
    expect((await call('GET', `/users/${ada.user_id}/profile`, ada, seen)).status).toBe(200);
    const foreign = await call('GET', `/users/${ada.user_id}/profile`, stranger, seen);
    const unknown = await call('GET', `/users/${uuidv7()}/profile`, stranger);
    expect([foreign.status, foreign.json.code]).toEqual([404, 'member-unknown']);
    expect([unknown.status, unknown.json.message]).toEqual([404, foreign.json.message]);
  });
});

describe('/users/preferences', () => {
  it('are defaults, then choices, then defaults again', async () => {
    const me = signedIn();
    const before = await call('GET', '/users/preferences', me);
    expect(before.json).toMatchObject({ language: 'en', timezone: 'UTC', theme: { mode: 'system' }, updated_at: null });
    const patch = { timezone: 'Europe/Vienna', theme: { mode: 'dark' } };
    const patched = await call('PATCH', '/users/preferences', me, { body: patch });
    expect(patched.json).toMatchObject({ timezone: 'Europe/Vienna', theme: { mode: 'dark', font: 'system' } });
    expect((await call('GET', '/users/preferences', me)).json).toEqual(patched.json);
    const replaced = await call('PUT', '/users/preferences', me, { body: { language: 'de' } });
    expect(replaced.json).toMatchObject({ language: 'de', timezone: 'UTC', theme: { mode: 'system' } });
  });

  it('refuse a time zone that is none, and a stale change', async () => {
    const me = signedIn();
    const wrong = await call('PATCH', '/users/preferences', me, { body: { timezone: 'Mars/Olympus' } });
    expect([wrong.status, wrong.json.message]).toEqual([
      400,
      ['timezone: must be an IANA time zone such as Europe/Vienna'],
    ]);
    await call('PUT', '/users/preferences', me, { body: { language: 'de' } });
    await call('PUT', '/users/preferences', me, { body: { language: 'fr' } });
    const stale = await call('PUT', '/users/preferences', me, { body: { language: 'it' }, 'if-match': '"0"' });
    expect(stale.status).toBe(412);
  });
});
