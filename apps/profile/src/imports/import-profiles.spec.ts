import { randomUUID } from 'node:crypto';
import { serviceIdentity } from '@annals/auth';
import type { CurrentUserContext, ImportedDocumentsAnswer } from '@annals/contracts';
import { derivedId, uuidv7 } from '@annals/event-store';
import { requestContext, signedIn } from '@annals/testing';
import { testProfileService, type ProfileService } from '../testing/profile-service.js';

const started = testProfileService();
let service: ProfileService;
let admin: CurrentUserContext;
let acme: string;
beforeAll(() => (service = started()));
beforeEach(async () => {
  admin = signedIn('ADMIN');
  acme = admin.account_id!;
  await service.join(admin);
});

interface Row {
  row?: number;
  user_id?: string;
  profile?: object | null;
  privacy?: object | null;
  preferences?: object | null;
}
interface Given {
  import_id?: string;
  overwrite?: boolean;
  account?: string;
}

const asking = (account = acme): CurrentUserContext => ({
  ...serviceIdentity('svc:export', { userId: admin.user_id, accountId: account }),
  ...requestContext(),
});
async function imported(rows: Row[], { import_id = randomUUID(), overwrite = false, account = acme }: Given = {}) {
  const body = {
    ...{ import_id, overwrite },
    rows: rows.map((row, at) => ({ row: at + 1, user_id: personOf(import_id, at + 1, account), ...row })),
  };
  const path = '/internal/imports/profiles';
  const { status, json } = await service.one.asExport('POST', path, asking(account), body);
  expect([status, json.code]).toEqual([200, undefined]);
  return json.rows as ImportedDocumentsAnswer[];
}
const one = async (row: Row, given: Given = {}) => {
  const [{ outcome, refusals }] = (await imported([row], given)) as [ImportedDocumentsAnswer];
  return [outcome, ...refusals.map(({ field, code }) => `${field ?? ''}: ${code}`)];
};
const personOf = (import_id: string, row: number, account = acme) => derivedId(import_id, `person ${account} ${row}`);
const member = async (user_id: string, account_id = acme) => {
  const who = signedIn('VIEWER', { user_id, account_id });
  await service.join(who);
  return who;
};
/** Somebody whom an import is about to speak of, as identity has made them known. */
const newcomer = async (import_id: string, row = 1) => member(personOf(import_id, row));
const happened = (category: string, id: string, type: string, data: Record<string, unknown>) =>
  service.stores.store.execute({ category, initial: null, evolve: () => null }, id, {
    ...{ id: uuidv7(), context: asking(), now: new Date().toISOString(), accountId: acme },
    decide: () => [{ type, data }],
  });
const profileOf = async (who: CurrentUserContext) => (await service.call('GET', '/users/profile', who)).json;
const privacyOf = async (who: CurrentUserContext) => (await service.call('GET', '/users/profile/privacy', who)).json;
const preferencesOf = async (who: CurrentUserContext) => (await service.call('GET', '/users/preferences', who)).json;

const everything = {
  profile: {
    ...{ handle: 'grace.h', name: 'Grace 👩‍👩‍👧', pronouns: 'she/her', bio: 'Lines\nof text', location: 'Zürich' },
    ...{ website: 'https://müller.example/ä', social_links: { github: 'https://github.com/grace' } },
    ...{ date_of_birth: '1906-12-09', phone_number: '+43 1 234567' },
    emergency_contact: { name: 'Anne', phone_number: '+43 1 234568', relationship: null },
  },
  privacy: { fields: { bio: 'public', phone_number: 'account' }, searchable: false },
  preferences: { language: 'de', theme: { mode: 'dark' }, notifications: null },
};

describe('what a row says of somebody whom its import made known', () => {
  it('is written by the rules by which they could write it themselves', async () => {
    const import_id = randomUUID();
    const grace = await newcomer(import_id);
    expect(await one(everything, { import_id })).toEqual(['written']);
    expect(await profileOf(grace)).toMatchObject({
      ...everything.profile,
      ...{ phone_number: '+431234567', website: 'https://müller.example/%C3%A4' },
      emergency_contact: { name: 'Anne', phone_number: '+431234568', relationship: null },
    });
    expect(await privacyOf(grace)).toMatchObject({
      ...{ searchable: false, fields: { bio: 'public', phone_number: 'account', name: 'account' } },
    });
    expect(await preferencesOf(grace)).toMatchObject({ language: 'de', theme: { mode: 'dark' } });
  });

  it('is written once, however often it is sent and how many send it at once', async () => {
    const import_id = randomUUID();
    const people = await Promise.all([1, 2, 3, 4, 5].map((row) => newcomer(import_id, row)));
    const rows = people.map((_, at) => ({ ...everything, profile: { ...everything.profile, handle: `many-${at}` } }));
    const answers = await Promise.all([1, 2, 3].map(() => imported(rows, { import_id })));
    expect(answers.flat().every(({ outcome, refusals }) => outcome === 'written' && refusals.length === 0)).toBe(true);
    for (const { user_id } of people) {
      const types: string[] = [];
      for await (const { type } of service.stores.store.readStream(`profile-${acme}_${user_id}`)) types.push(type);
      expect(types).toEqual(['ProfileUpdated', 'ProfilePrivacyChanged']);
    }
  });

  it('leaves alone what they have said themselves meanwhile, part by part', async () => {
    const import_id = randomUUID();
    const grace = await newcomer(import_id);
    await service.call('PATCH', '/users/profile', grace, { body: { bio: 'Mine' } });
    expect(await one(everything, { import_id })).toEqual(['written']);
    expect(await profileOf(grace)).toMatchObject({ bio: 'Mine', name: null });
    expect(await privacyOf(grace)).toMatchObject({ searchable: false });
    expect(await one(everything, { import_id: import_id })).toEqual(['written']);
    expect(await profileOf(grace)).toMatchObject({ bio: 'Mine', name: null });
  });

  it('without the handle that somebody else has is written, and says so also when it is taken again', async () => {
    const import_id = randomUUID();
    const ben = await member(randomUUID());
    await service.call('PATCH', '/users/profile', ben, { body: { handle: 'Grace.H' } });
    const grace = await newcomer(import_id);
    const answer = ['written', 'profile.handle: handle-taken'];
    expect(await one(everything, { import_id })).toEqual(answer);
    expect(await one(everything, { import_id })).toEqual(answer);
    expect(await profileOf(grace)).toMatchObject({ handle: null, bio: 'Lines\nof text' });
    expect(await profileOf(ben)).toMatchObject({ handle: 'Grace.H' });
  });

  it('without the one number that cannot exist is written, and never says the number', async () => {
    const import_id = randomUUID();
    const grace = await newcomer(import_id);
    const [answer] = await imported([{ profile: { bio: 'Kept', phone_number: '+43 0000000' } }], { import_id });
    expect(answer).toMatchObject({
      outcome: 'written',
      refusals: [{ field: 'profile.phone_number', code: 'profile-field-invalid' }],
    });
    expect(JSON.stringify(answer)).not.toContain('0000000');
    expect(await profileOf(grace)).toMatchObject({ bio: 'Kept', phone_number: null });
  });
});

describe('what a row says of somebody else', () => {
  it('is refused: what people say about themselves is theirs', async () => {
    const ben = await member(randomUUID());
    for (const overwrite of [false, true]) {
      expect(await one({ ...everything, user_id: ben.user_id! }, { overwrite })).toEqual([
        ...['refused', ': person-not-imported'],
      ]);
    }
    expect(await profileOf(ben)).toMatchObject({ bio: null });
  });

  it('takes the place of what an earlier import said with overwrite alone, and leaves the rest', async () => {
    const grace = await member(randomUUID());
    await happened('user', grace.user_id!, 'UserRegistered', {
      ...{ user_id: grace.user_id, email: 'grace@example.test', email_hash: 'h', name: 'Grace', home_account_id: null },
      ...{ status: 'pending', managed_by: acme, imported: { import_id: randomUUID(), notify: false } },
    });
    await service.call('PATCH', '/users/profile', grace, { body: { bio: 'Old', location: 'Graz' } });
    const row = { user_id: grace.user_id!, profile: { bio: 'New', location: null } };
    expect(await one(row)).toEqual(['refused', ': person-not-imported']);
    expect(await one(row, { overwrite: true })).toEqual(['written']);
    expect(await profileOf(grace)).toMatchObject({ bio: 'New', location: 'Graz' });
    expect(await one(row, { overwrite: true })).toEqual(['unchanged']);
  });

  it('is refused where another account’s import made them known', async () => {
    const grace = await member(randomUUID());
    await happened('user', grace.user_id!, 'UserRegistered', {
      ...{ user_id: grace.user_id, email: 'grace@example.test', email_hash: 'h', name: 'Grace', home_account_id: null },
      ...{ status: 'pending', managed_by: randomUUID(), imported: { import_id: randomUUID(), notify: false } },
    });
    const row = { user_id: grace.user_id!, profile: { bio: 'New' } };
    expect(await one(row, { overwrite: true })).toEqual(['refused', ': person-not-imported']);
  });

  it('is refused for who is no member any more', async () => {
    const import_id = randomUUID();
    expect(await one(everything, { import_id })).toEqual(['refused', ': member-not-found']);
    await service.leave(await newcomer(import_id));
    expect(await one(everything, { import_id })).toEqual(['refused', ': member-not-found']);
  });

  it('is refused while what the account knows may only be kept, and after it was erased', async () => {
    const import_id = randomUUID();
    const [grace, ben] = [await newcomer(import_id, 1), await newcomer(import_id, 2)];
    await happened('hold', `${acme}_${grace.user_id!}`, 'ProcessingRestricted', {
      ...{ account_id: acme, user_id: grace.user_id, reason: 'contested', restricted_by_id: admin.user_id },
      restricted_at: new Date().toISOString(),
    });
    await service.stores.keys.fence(`${acme}/${ben.user_id!}`);
    const answers = await imported([everything, { profile: { bio: 'x' } }], { import_id });
    expect(answers.map(({ outcome, refusals }) => [outcome, refusals[0]!.code])).toEqual([
      ['refused', 'processing-restricted'],
      ['refused', 'subject-erased'],
    ]);
  });

  it('with the ids of another account’s import is nobody’s there', async () => {
    const import_id = randomUUID();
    const grace = await newcomer(import_id);
    const globex = randomUUID();
    await member(grace.user_id!, globex);
    await member(admin.user_id!, globex);
    const there = await one({ ...everything, user_id: grace.user_id! }, { import_id, account: globex });
    expect(there).toEqual(['refused', ': person-not-imported']);
    expect(await profileOf(grace)).toMatchObject({ bio: null });
  });
});

describe('what somebody brings along about themselves', () => {
  it('takes the place of what they said here, and leaves what it does not speak of', async () => {
    await service.call('PUT', '/users/profile', admin, { body: { bio: 'Old', location: 'Graz' } });
    await service.call('PUT', '/users/preferences', admin, { body: { language: 'fr', timezone: 'Europe/Paris' } });
    const row = { ...everything, user_id: admin.user_id!, profile: { bio: 'New', location: null } };
    const import_id = randomUUID();
    expect(await one(row, { import_id })).toEqual(['written']);
    expect(await one(row, { import_id })).toEqual(['written']);
    expect(await profileOf(admin)).toMatchObject({ bio: 'New', location: 'Graz' });
    expect(await preferencesOf(admin)).toMatchObject({ language: 'de', timezone: 'Europe/Paris' });
    expect(await one(row)).toEqual(['unchanged']);
  });
});

it('is for the service that reads the file, and no other', async () => {
  const rows = [{ row: 1, user_id: randomUUID(), profile: {} }];
  const body = { import_id: randomUUID(), overwrite: false, rows };
  for (const who of [admin, signedIn('ADMIN')]) {
    expect(await service.one.inside('POST', '/internal/imports/profiles', body, who)).toBe(403);
  }
});
