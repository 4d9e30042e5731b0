import { headers } from '@annals/contracts';
import { uuidv7 } from '@annals/event-store';
import { signedIn } from '@annals/testing';
import { peopleOf, type Person, seenAt } from '../testing/people.js';
import { testProfileService } from '../testing/profile-service.js';

const service = testProfileService();
const { call, person, colleagueOf, profileOf, publicOf, previewOf, happened } = peopleOf(service);

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

  it('is of a viewer who joined a moment ago, for who says that they have seen it', async () => {
    const ada = await person();
    for (let turn = 0; turn < 10; turn++) {
      const grace = signedIn('VIEWER', { account_id: ada.who.account_id });
      const joined = seenAt(`${ada.at[headers.minPosition]},${await service().join(grace)}`);
      const answer = await previewOf({ ...ada, at: joined }, `as=member&user_id=${grace.user_id}`);
      expect([answer.status, answer.json.profile]).toEqual([200, expect.objectContaining({ name: 'Ada' })]);
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
    return { ...ada, at: seenAt(`${ada.at[headers.minPosition]},${at[headers.minPosition]}`) };
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
