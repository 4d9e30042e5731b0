import { type CurrentUserContext } from '@annals/contracts';
import { signedIn } from '@annals/testing';
import { ownerOf, streamOf } from '../owner.js';
import { profileServiceRoutes } from '../routes.js';
import { peopleOf, type Person } from '../testing/people.js';
import { testProfileService } from '../testing/profile-service.js';

const service = testProfileService();
const { call, person, colleagueOf, profileOf, publicOf, happened } = peopleOf(service);
const at = '2026-03-01T12:00:00.000Z';

/** As the export service writes it. @returns the person, and where it is seen */
async function restricted({ who, at: seen }: Person): Promise<Person> {
  const data = { ...ownerOf(who), reason: 'Accuracy is contested', restricted_by_id: who.user_id, restricted_at: at };
  const header = await happened('hold', streamOf(ownerOf(who)), who, 'ProcessingRestricted', data);
  // Another process wrote it, and a change does not wait for a position.
  await service().followed();
  return { who, at: joined(seen, header) };
}
async function lifted({ who, at: seen }: Person): Promise<Person> {
  const data = { ...ownerOf(who), lifted_by_id: who.user_id, lifted_at: at };
  const header = await happened('hold', streamOf(ownerOf(who)), who, 'ProcessingRestrictionLifted', data);
  await service().followed();
  return { who, at: joined(seen, header) };
}
const joined = (...all: Record<string, string>[]) => {
  const [name] = Object.keys(all[0]!);
  return { [name!]: all.map((one) => one[name!]).join(',') };
};
const restrictedPerson = async () => restricted(await person({}, { fields: { bio: 'public' } }));
const refusal = { status: 403, json: { code: 'processing-restricted' } };
const directory = async ({ at: seen }: Person, viewer: CurrentUserContext, query = '') => {
  const { json } = await call('GET', `/directory${query}`, viewer, seen);
  return (json as unknown as { data: { user_id: string }[] }).data.map(({ user_id }) => user_id);
};

describe('somebody whose processing is restricted', () => {
  it.each([
    ['PUT', '/users/profile', { name: 'Eve' }],
    ['PATCH', '/users/profile', { name: 'Eve' }],
    ['DELETE', '/users/profile', undefined],
    ['DELETE', '/users/profile/avatar', undefined],
    ['PUT', '/users/preferences', {}],
    ['PATCH', '/users/preferences', { theme: null }],
    ['POST', '/users/profile/verification', { fields: ['name'], evidence: [{ type: 'statement', text: 'It is me' }] }],
    ['DELETE', '/users/profile/verification', undefined],
  ])('cannot change by %s %s what is held about them', async (method, path, body) => {
    const { who, at: seen } = await restrictedPerson();
    const answer = await call(method, path, who, { ...(body === undefined ? {} : { body }), ...seen });
    expect(answer).toMatchObject(refusal);
  });

  it('is asked for by every route that changes something of somebody, but for decisions about privacy and consent', () => {
    const open = profileServiceRoutes(service().parts)
      .filter(({ method, path }) => method !== 'GET' && path.startsWith('/api/v1/users/'))
      .map(({ id }) => id)
      .filter((id) => ['replacePrivacy', 'patchPrivacy', 'replaceConsents'].includes(id));
    expect(open.sort()).toEqual(['patchPrivacy', 'replaceConsents', 'replacePrivacy']);
  });

  it('reads what is theirs, and takes consent back', async () => {
    const { who, at: seen } = await restrictedPerson();
    expect(await call('GET', '/users/profile', who, seen)).toMatchObject({ status: 200, json: { name: 'Ada' } });
    const body = { consents: { activity_tracking: false } };
    expect((await call('PUT', '/users/consents', who, { body, ...seen })).status).toBe(200);
    expect((await call('PATCH', '/users/profile/privacy', who, { body: { searchable: false }, ...seen })).status).toBe(
      200,
    );
  });

  it('is seen by nobody else: not in the directory, not by their id, not in public, not by their picture', async () => {
    const before = await person({}, { fields: { bio: 'public' } });
    const colleague = await colleagueOf(before);
    expect(await directory(before, colleague)).toContain(before.who.user_id);
    const during = await restricted(before);
    expect(await directory(during, colleague)).not.toContain(before.who.user_id);
    expect(await directory(during, colleague, '?q=ada')).not.toContain(before.who.user_id);
    expect(await profileOf(during, colleague)).toMatchObject({ status: 404, json: { code: 'member-unknown' } });
    expect((await publicOf(during)).status).toBe(404);
    const avatar = `/users/${before.who.user_id}/avatar?size=64`;
    expect((await call('GET', avatar, colleague, during.at)).status).toBe(404);
    expect(await profileOf(during, before.who)).toMatchObject({ status: 200, json: { name: 'Ada' } });
  });

  it('is not shown to those who may read everything about anybody', async () => {
    const restrictedOne = await restrictedPerson();
    const admin = await colleagueOf(restrictedOne, {}, 'ADMIN');
    expect(await profileOf(restrictedOne, admin, '?reveal=true&reason=curious')).toMatchObject(refusal);
  });

  it('is as before once it is lifted', async () => {
    const restrictedOne = await restrictedPerson();
    const colleague = await colleagueOf(restrictedOne);
    const after = await lifted(restrictedOne);
    expect(await directory(after, colleague)).toContain(after.who.user_id);
    expect(await profileOf(after, colleague)).toMatchObject({ status: 200, json: { name: 'Ada' } });
    const renamed = await call('PATCH', '/users/profile', after.who, { body: { name: 'Ada L.' }, ...after.at });
    expect(renamed).toMatchObject({ status: 200, json: { name: 'Ada L.' } });
  });

  it('is restricted in one account alone', async () => {
    const { who } = await restrictedPerson();
    const elsewhere = signedIn('VIEWER', { user_id: who.user_id });
    const body = { name: 'Elsewhere' };
    expect((await call('PATCH', '/users/profile', elsewhere, { body })).status).toBe(200);
  });
});
