import { randomUUID } from 'node:crypto';
import { serviceIdentity } from '@annals/auth';
import { PreferencesDocument, PrivacyDocument, ProfileDocument, type TakenDocuments } from '@annals/contracts';
import type { CurrentUserContext, Permission } from '@annals/contracts';
import { signedIn, type Answered } from '@annals/testing';
import { testProfileService } from '../testing/profile-service.js';

const service = testProfileService();
const put = async (path: string, who: CurrentUserContext, body: object) =>
  expect((await service().call('PUT', path, who, { body })).status).toBe(200);

const written = {
  profile: { name: 'Ada', bio: 'Analyst', phone_number: '+431234567', date_of_birth: '1990-12-10' },
  privacy: { fields: { bio: 'account', date_of_birth: 'private' }, searchable: false },
  preferences: { language: 'de', accessibility: { color_vision: 'tritanopia' } },
};

/** Somebody who has said everything about themselves. */
async function outspoken(over: Partial<CurrentUserContext> = {}, name = 'Ada'): Promise<CurrentUserContext> {
  const who = signedIn('VIEWER', over);
  await put('/users/profile', who, { ...written.profile, name });
  await put('/users/profile/privacy', who, written.privacy);
  await put('/users/preferences', who, written.preferences);
  return who;
}

const exporting = (accountId: string | null, permissions: Permission[] = ['READ_PII']) =>
  serviceIdentity('svc:export', { userId: randomUUID(), accountId, permissions });
const documents = (accountId: string | null, user_ids: (string | null)[], permissions?: Permission[]) =>
  service().one.asExport('POST', '/internal/takeout/documents', exporting(accountId, permissions), { user_ids });
const dataOf = ({ json }: Answered) => json.data as TakenDocuments[];

describe('the documents of members who are taken out with their account', () => {
  it('are what they chose, in the form in which it can be said again', async () => {
    const ada = await outspoken();
    const [taken] = dataOf(await documents(ada.account_id, [ada.user_id]));
    expect(taken).toEqual({ user_id: ada.user_id, ...written });
    expect(ProfileDocument.parse(taken!.profile)).toMatchObject(written.profile);
    expect(PrivacyDocument.parse(taken!.privacy)).toEqual(written.privacy);
    expect(PreferencesDocument.parse(taken!.preferences)).toEqual(written.preferences);
  });

  it('are none where nothing was ever said', async () => {
    const silent = signedIn();
    expect(dataOf(await documents(silent.account_id, [silent.user_id]))).toEqual([
      { user_id: silent.user_id, profile: null, privacy: null, preferences: null },
    ]);
  });

  it('are without what a member hides, and without their choices, for whoever may not read personal data', async () => {
    const ada = await outspoken();
    expect(dataOf(await documents(ada.account_id, [ada.user_id], []))).toEqual([
      { user_id: ada.user_id, profile: { name: 'Ada', bio: 'Analyst' }, privacy: null, preferences: null },
    ]);
  });

  it('are those of the account that is taken out, also where the same people are in another', async () => {
    const ada = await outspoken();
    const there = await outspoken({ user_id: ada.user_id }, 'Ada of the others');
    expect(dataOf(await documents(there.account_id, [ada.user_id]))[0]?.profile).toMatchObject({
      name: 'Ada of the others',
    });
    expect(dataOf(await documents(randomUUID(), [ada.user_id!]))[0]).toMatchObject({ profile: null, privacy: null });
  });

  it('hold nothing of somebody who was erased in the account', async () => {
    const ada = await outspoken();
    await service().stores.keys.destroy(`${ada.account_id}/${ada.user_id}`);
    const [{ user_id, ...taken }] = dataOf(await documents(ada.account_id, [ada.user_id])) as [TakenDocuments];
    // An id is made of digits too, and now and then of these.
    expect(user_id).toBe(ada.user_id);
    expect(JSON.stringify(taken)).not.toMatch(/Ada|Analyst|1990|"de"/);
  });

  it('are given to the export service alone, for an account, a hundred at a time', async () => {
    const ada = signedIn('ADMIN');
    expect(await service().one.inside('POST', '/internal/takeout/documents', { user_ids: [ada.user_id] })).toBe(403);
    expect(await service().one.inside('POST', '/internal/takeout/documents', { user_ids: [ada.user_id] }, ada)).toBe(
      403,
    );
    expect((await documents(null, [ada.user_id])).json.code).toBe('person-unknown');
    const many = Array.from({ length: 101 }, () => randomUUID());
    expect((await documents(ada.account_id, many)).json.code).toBe('body-invalid');
    expect((await documents(ada.account_id, [])).json.code).toBe('body-invalid');
  });
});

describe('the preferences of an account that is taken out', () => {
  it('are what it chose for its people, or nothing', async () => {
    const admin = signedIn('ADMIN');
    const taken = () => service().one.asExport('GET', '/internal/takeout/preferences', exporting(admin.account_id));
    expect((await taken()).json).toEqual({ preferences: null });
    await put(`/accounts/${admin.account_id}/preferences`, admin, { theme: { mode: 'dark' } });
    expect((await taken()).json).toEqual({ preferences: { theme: { mode: 'dark' } } });
  });
});
