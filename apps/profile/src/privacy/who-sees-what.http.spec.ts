import { headers } from '@annals/contracts';
import { uuidv7 } from '@annals/event-store';
import { signedIn } from '@annals/testing';
import { peopleOf, seenAt } from '../testing/people.js';
import { testProfileService } from '../testing/profile-service.js';

const service = testProfileService();
const { call, person, colleagueOf, profileOf, publicOf, happened } = peopleOf(service);

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
    const after = await call('GET', `/users/${ada.who.user_id}/profile`, grace, seenAt(position));
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
    const left = seenAt(await service().leave(ada.who));
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
    const left = seenAt(await service().leave(leaver.who));
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
