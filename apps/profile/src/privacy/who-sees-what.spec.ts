import { type CurrentUserContext, headers } from '@annals/contracts';
import { uuidv7 } from '@annals/event-store';
import { signedIn } from '@annals/testing';
import { type ProfileService, testProfileService } from '../testing/profile-service.js';

const service = testProfileService();
const call: ProfileService['call'] = (...asked) => service().call(...asked);
const seen = (position: string) => ({ [headers.minPosition]: position });
const full = {
  ...{ name: 'Ada', bio: 'Analyst', phone_number: '+43 1 234567', date_of_birth: '1990-12-10' },
  emergency_contact: { name: 'Anne', phone_number: '+43 1 234568' },
};

interface Person {
  who: CurrentUserContext;
  /** Where everything they did so far is seen. */
  at: Record<string, string>;
}

/** A member with a profile and what they decided about it. */
async function person(over: Partial<CurrentUserContext> = {}, privacy: object = {}, role = 'VIEWER'): Promise<Person> {
  const who = signedIn(role as 'VIEWER', over);
  const joined = await service().join(who);
  await call('PUT', '/users/profile', who, { body: full });
  const { position } = await call('PUT', '/users/profile/privacy', who, { body: privacy });
  return { who, at: seen(position ? `${position},${joined}` : joined) };
}
const colleagueOf = async ({ who }: Person, over: Partial<CurrentUserContext> = {}, role = 'VIEWER') => {
  const other = signedIn(role as 'VIEWER', { account_id: who.account_id, ...over });
  await service().join(other);
  return other;
};
const profileOf = ({ who, at }: Person, viewer: CurrentUserContext, query = '') =>
  call('GET', `/users/${who.user_id}/profile${query}`, viewer, at);
const publicOf = ({ who, at }: Person, viewer: CurrentUserContext | null = null, extra = {}) =>
  call('GET', `/public/accounts/${who.account_id}/profiles/${who.user_id}`, viewer, { ...at, ...extra });
const previewOf = ({ who, at }: Person, query: string) => call('GET', `/users/profile/preview?${query}`, who, at);

/** What identity would have written. */
async function happened(category: string, id: string, who: CurrentUserContext, type: string, data: object) {
  const { position } = await service().stores.store.execute({ category, initial: null, evolve: () => null }, id, {
    ...{ id: uuidv7(), context: who, now: new Date().toISOString() },
    decide: () => [{ type, data: { ...data } }],
  });
  return seen(`${position!.commit}-${position!.prepare}@${category}`);
}

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
    expect([got.json, got.etag]).toEqual([patch.json, '"1"']);
    expect((await call('GET', '/users/profile/privacy', me, { 'if-none-match': '"1"' })).status).toBe(304);
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

describe('/users/{user_id}/profile', () => {
  it('shows each viewer what the person decided for them, also an ADMIN', async () => {
    const ada = await person({}, { fields: { bio: 'private', phone_number: 'account' } });
    const colleague = (await profileOf(ada, await colleagueOf(ada))).json;
    expect(colleague).toMatchObject({ name: 'Ada', bio: null, phone_number: expect.any(String) as string });
    expect(colleague.emergency_contact).toBeNull();
    const admin = await colleagueOf(ada, { permissions: [] }, 'ADMIN');
    expect((await profileOf(ada, admin)).json).toEqual(colleague);
    const own = (await profileOf(ada, ada.who)).json;
    expect(own).toMatchObject({ bio: 'Analyst', emergency_contact: { name: 'Anne' } });
  });

  it('does not tell that something hidden changed, not even to who asks again with the tag', async () => {
    const ada = await person();
    const grace = await colleagueOf(ada);
    const before = await profileOf(ada, grace);
    const { position } = await call('PATCH', '/users/profile', ada.who, { body: { phone_number: '+43 1 999999' } });
    await call('PATCH', '/users/profile/privacy', ada.who, { body: { searchable: false } });
    const after = await call('GET', `/users/${ada.who.user_id}/profile`, grace, seen(position));
    expect([after.text, after.etag]).toEqual([before.text, before.etag]);
    expect(after.headers.get(headers.position)).toBeNull();
    const known = { 'if-none-match': before.etag };
    expect((await call('GET', `/users/${ada.who.user_id}/profile`, grace, known)).status).toBe(304);
    await call('PATCH', '/users/profile', ada.who, { body: { bio: 'Countess' } });
    expect((await call('GET', `/users/${ada.who.user_id}/profile`, grace, known)).json.bio).toBe('Countess');
  });

  it('is the same 404 for a stranger, after leaving, and for nobody; and another account’s own for identical ids', async () => {
    const ada = await person();
    const grace = await colleagueOf(ada);
    const elsewhere = await person({ user_id: ada.who.user_id }, { fields: { name: 'private' } });
    expect((await profileOf(ada, grace)).json.name).toBe('Ada');
    expect((await profileOf(elsewhere, await colleagueOf(elsewhere))).json).toMatchObject({
      ...{ account_id: elsewhere.who.account_id, name: null },
    });
    const foreign = await profileOf(ada, signedIn());
    const unknown = await call('GET', `/users/${uuidv7()}/profile`, grace);
    const left = seen(await service().leave(ada.who));
    const gone = await call('GET', `/users/${ada.who.user_id}/profile`, grace, left);
    for (const { status, json } of [foreign, unknown, gone]) {
      expect([status, json.code, json.message]).toEqual([404, 'member-unknown', gone.json.message]);
    }
    expect((await profileOf(elsewhere, elsewhere.who)).status).toBe(200);
  });
});

describe('the public door', () => {
  const open = { fields: { name: 'public', bio: 'account' } };

  it('shows what is public and nothing else, to anybody, with and without a token', async () => {
    const ada = await person({}, open);
    const answer = await publicOf(ada);
    expect(answer.status).toBe(200);
    expect(answer.json).toMatchObject({ name: 'Ada', bio: null, phone_number: null, emergency_contact: null });
    expect(answer.headers.get('cache-control')).toBe('public, max-age=60');
    expect((await publicOf(ada, signedIn())).text).toBe(answer.text);
    expect((await publicOf(ada, null, { 'if-none-match': answer.etag })).status).toBe(304);
  });

  it('is the same 404, kept by nobody, for nothing public, no member, another account, and nobody', async () => {
    const shy = await person();
    const leaver = await person({}, open);
    const left = seen(await service().leave(leaver.who));
    const elsewhere = { ...leaver, who: { ...leaver.who, account_id: shy.who.account_id } };
    const nobody = { who: signedIn(), at: {} };
    const answers = [publicOf(shy), publicOf({ ...leaver, at: left }), publicOf(elsewhere), publicOf(nobody)];
    for (const { status, json, headers: head } of await Promise.all(answers)) {
      expect([status, json.code, json.message]).toEqual([
        ...[404, 'member-unknown'],
        'There is no such member in this account',
      ]);
      expect([head.get('cache-control'), head.get('etag')]).toEqual(['no-store', null]);
    }
  });

  it('refuses ids that are none', async () => {
    expect((await call('GET', '/public/accounts/acme/profiles/ada', null)).status).toBe(404);
  });

  it('closes with the account and with the person, and opens again with them', async () => {
    const ada = await person({}, open);
    const { account_id, user_id } = ada.who;
    const of = (at: Record<string, string>) => publicOf({ ...ada, at }).then(({ status }) => status);
    const standing = (type: string, status: string) =>
      happened('user', user_id!, ada.who, type, {
        ...{ user_id, status },
        ...(type === 'UserDisabled' ? { reason: null } : {}),
      });
    const account = (type: string) =>
      happened('account', account_id!, ada.who, type, {
        ...{ account_id },
        ...(type === 'AccountRestored' ? { restored_as: 'admin' } : {}),
      });
    expect(await of(ada.at)).toBe(200);
    expect(await of(await standing('UserDisabled', 'disabled'))).toBe(404);
    // Colleagues keep seeing who somebody was.
    expect((await profileOf(ada, await colleagueOf(ada))).status).toBe(200);
    expect(await of(await standing('UserEnabled', 'active'))).toBe(200);
    expect(await of(await account('AccountClosed'))).toBe(404);
    expect(await of(await account('AccountRestored'))).toBe(200);
  });
});

describe('a preview', () => {
  it('is byte for byte what the viewer is answered', async () => {
    const ada = await person({}, { fields: { name: 'public', phone_number: 'account', bio: 'private' } });
    const grace = await colleagueOf(ada);
    for (const [query, answer] of [
      ['as=account', profileOf(ada, grace)],
      [`as=member&user_id=${grace.user_id}`, profileOf(ada, grace)],
      [`as=member&user_id=${ada.who.user_id}`, profileOf(ada, ada.who)],
      ['as=public', publicOf(ada)],
    ] as const) {
      const { profile, in_directory } = (await previewOf(ada, query)).json;
      expect([query, JSON.stringify(profile)]).toEqual([query, (await answer).text]);
      expect(in_directory).toBe(query !== 'as=public');
    }
  });

  it('says that there is nothing where the viewer gets 404, and that the directory finds nobody who is hidden', async () => {
    const ada = await person({}, { searchable: false });
    expect((await publicOf(ada)).status).toBe(404);
    expect((await previewOf(ada, 'as=public')).json).toEqual({ profile: null, in_directory: false });
    const { profile, in_directory } = (await previewOf(ada, 'as=account')).json;
    expect([profile, in_directory]).toEqual([expect.objectContaining({ name: 'Ada' }), false]);
  });

  it.each([
    ['as=member', 400, 'preview-member-required'],
    [`as=member&user_id=${uuidv7()}`, 404, 'member-unknown'],
    ['as=boss', 400, 'query-invalid'],
    ['', 400, 'query-invalid'],
    ['as=public&reveal=true', 400, 'query-invalid'],
  ])('refuses %j', async (query, status, code) => {
    const answer = await previewOf(await person(), query);
    expect([answer.status, answer.json.code]).toEqual([status, code]);
  });
});

describe('picture and badge', () => {
  const avatar_id = 'ab'.repeat(32);
  /** With a picture, and found to be true in name and birthday. */
  async function approved(privacy: object): Promise<Person> {
    const ada = await person({}, privacy);
    const { account_id, user_id } = ada.who;
    const ids = { account_id, user_id, updated_at: '2026-03-01T12:00:00.000Z' };
    const id = `${account_id}_${user_id}`;
    await happened('profile', id, ada.who, 'AvatarChanged', { ...ids, avatar_id });
    const fields = ['name', 'date_of_birth'];
    const at = await happened('profile', id, ada.who, 'ProfileVerified', { ...ids, verification_id: uuidv7(), fields });
    return { ...ada, at: seen(`${ada.at[headers.minPosition]},${at[headers.minPosition]}`) };
  }

  it('are seen, previewed and told of in a disclosure as the fields are', async () => {
    const ada = await approved({ fields: { name: 'account', bio: 'private' } });
    const grace = await colleagueOf(ada);
    const member = await profileOf(ada, grace);
    expect(member.json).toMatchObject({ avatar: { id: avatar_id }, verified: { fields: ['name'] } });
    expect((await profileOf(ada, ada.who)).json).toMatchObject({ verified: { fields: ['name', 'date_of_birth'] } });
    expect(JSON.stringify((await previewOf(ada, 'as=account')).json.profile)).toBe(member.text);
    expect((await publicOf(ada)).status).toBe(404);
    const boss = await colleagueOf(ada, { permissions: ['READ_PII'] }, 'ADMIN');
    await profileOf(ada, boss, '?reveal=true&reason=Why');
    const { data } = (await call('GET', '/users/profile/disclosures', ada.who)).json as {
      data: { fields: string[] }[];
    };
    expect(data[0]!.fields).toEqual(expect.arrayContaining(['name', 'avatar']));
  });

  it('are public alone where nothing else is', async () => {
    const ada = await approved({ fields: { avatar: 'public' } });
    const seen = await publicOf(ada);
    expect(seen.json).toMatchObject({ name: null, verified: null, avatar: { id: avatar_id } });
    expect(JSON.stringify((await previewOf(ada, 'as=public')).json.profile)).toBe(seen.text);
    const hidden = await approved({ fields: { avatar: 'private' } });
    expect((await profileOf(hidden, await colleagueOf(hidden))).json.avatar).toBeNull();
  });
});

describe('staff', () => {
  const reader = (ada: Person) => colleagueOf(ada, { permissions: ['READ_PII'] }, 'ADMIN');
  const why = `?reveal=true&reason=${encodeURIComponent('Nobody has heard of her')}`;
  const disclosed = async (ada: Person, query = '') =>
    (await call('GET', `/users/profile/disclosures${query}`, ada.who)).json as {
      data: { id: string; viewer_id: string; fields: string[]; reason: string | null; disclosed_at: string }[];
      meta: Record<string, unknown>;
    };

  it('see everything for a reason, which the person sees as often as they looked, newest first', async () => {
    const ada = await person({}, { fields: { name: 'private' } });
    const boss = await reader(ada);
    const shown = await profileOf(ada, boss, why);
    expect(shown.json).toEqual((await profileOf(ada, ada.who)).json);
    expect([shown.etag, shown.headers.get('cache-control')]).toEqual(['', 'no-store']);
    expect(shown.position).toMatch(/@disclosure$/);
    await profileOf(ada, boss, '?reveal=true&reason=Again');
    const { data, meta } = await disclosed(ada);
    expect(data).toMatchObject([
      { viewer_id: boss.user_id, reason: 'Again' },
      {
        ...{ viewer_id: boss.user_id, reason: 'Nobody has heard of her' },
        fields: ['name', 'bio', 'date_of_birth', 'phone_number', 'emergency_contact'],
      },
    ]);
    expect(meta).toMatchObject({ total_items: 2, has_next_page: false });
    const second = await disclosed(ada, '?page=2&limit=1');
    expect([second.data, second.meta.has_previous_page]).toEqual([[data[1]], true]);
    expect((await disclosed(ada, '?page=3&limit=1')).data).toEqual([]);
  });

  it('see what members see while they do not ask for more, and leave no trace of that', async () => {
    const ada = await person();
    const boss = await reader(ada);
    expect((await profileOf(ada, boss, '?reveal=false')).json.phone_number).toBeNull();
    expect((await profileOf(ada, boss)).json.phone_number).toBeNull();
    expect((await disclosed(ada)).data).toEqual([]);
  });

  it.each([
    ['without the permission', 403, 'permission-required', why, { permissions: [] }],
    ['without the permission and without a reason', 403, 'permission-required', '?reveal=true', { permissions: [] }],
    ['without a reason', 400, 'reason-required', '?reveal=true', {}],
    ['with an empty reason', 400, 'query-invalid', '?reveal=true&reason=%20', {}],
    ['with a reason of two lines', 400, 'query-invalid', '?reveal=true&reason=a%0Ab', {}],
    ['in another account', 404, 'member-unknown', why, { account_id: uuidv7() }],
  ])('see nothing %s, and nothing is written', async (_, status, code, query, over) => {
    const ada = await person();
    const boss = signedIn('ADMIN', { account_id: ada.who.account_id, permissions: ['READ_PII'], ...over } as never);
    const answer = await profileOf(ada, boss, query);
    expect([answer.status, answer.json.code]).toEqual([status, code]);
    expect(answer.text).not.toContain('Anne');
    expect((await disclosed(ada)).data).toEqual([]);
  });

  it('need no right and leave no trace about themselves', async () => {
    const ada = await person();
    expect((await profileOf(ada, ada.who, '?reveal=true')).json.emergency_contact).not.toBeNull();
    expect((await disclosed(ada)).data).toEqual([]);
  });

  it('leave a reason that nobody reads in the store, that belongs to the person, and that goes with them', async () => {
    const ada = await person();
    await profileOf(ada, await reader(ada), why);
    const stream = `disclosure-${ada.who.account_id}_${ada.who.user_id}`;
    for await (const event of service().stores.store.readStream(stream, { open: false })) {
      expect(JSON.stringify(event.data)).not.toContain('heard');
    }
    await service().stores.keys.destroy(ada.who.user_id!);
    service().stores.store.forget(ada.who.user_id!);
    service().parts.store.forget(ada.who.user_id!);
    expect((await disclosed(ada)).data).toMatchObject([{ reason: null }]);
    expect((await profileOf(ada, await reader(ada), why)).status).toBe(410);
  });

  it('leave nothing that the same person in another account could read', async () => {
    const ada = await person();
    await profileOf(ada, await reader(ada), why);
    expect((await disclosed({ ...ada, who: signedIn('VIEWER', { user_id: ada.who.user_id }) })).data).toEqual([]);
  });
});
