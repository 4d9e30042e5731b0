import { randomUUID } from 'node:crypto';
import { serviceIdentity } from '@annals/auth';
import type { TakenInvitation, TakenMember } from '@annals/contracts';
import { requestContext, startTestStores } from '@annals/testing';
import { aRequest, peopleOf, type Somebody } from '../testing/people.js';
import { identityUnderTest, storeOptions, type Answer, type IdentityService } from '../testing/identity-service.js';
import { codeOf, team } from '../testing/teams.js';
import { conductStream } from '../conduct/record-conduct.js';
import { admit } from '../membership/grant-membership.js';
import { users } from '../user/user.js';
import { demoPassword } from '../seed/people.js';
import { seedDemo } from '../seed/seed.js';

const { service: started, stores } = identityUnderTest(() => startTestStores(storeOptions));
const somebody = peopleOf(() => started());
let service: IdentityService;
let ada: Somebody;
let acme: string;
beforeAll(() => (service = started()));
beforeEach(async () => {
  ada = await somebody();
  acme = (await team(ada)).id;
});

const exporting = (who: { user_id: string }, accountId: string, over: object = {}) => ({
  ...serviceIdentity('svc:export', { userId: who.user_id, accountId }),
  ...over,
});
const page = (kind: 'members' | 'invitations', query: object = {}, who = ada, account = acme) => {
  const asked = new URLSearchParams(query as Record<string, string>);
  return service.asExport('GET', `/internal/takeout/${kind}?${String(asked)}`, exporting(who, account));
};
const dataOf = <T>(answer: Answer): T[] => {
  expect(answer.status).toBe(200);
  return (answer.body as unknown as { data: T[] }).data;
};
const memberIds = (answer: Answer) => dataOf<TakenMember>(answer).map(({ user }) => user.user_id);
const join = async (who: Somebody, role: 'VIEWER' | 'ADMIN' | 'MANAGER' = 'VIEWER', account = acme) => {
  await admit(service.identity, aRequest(), { account_id: account, user_id: who.user_id, role });
  await service.settled();
  return who;
};
const authority = (who: { user_id: string }, permissions: string[], over: object = {}, account = acme) =>
  service.asExport('POST', '/internal/authority', exporting(who, account, over), { permissions });

describe('rights, looked up when work is done', () => {
  it('are those that the person has now', async () => {
    const { status, body } = await authority(ada, ['EXPORT_ACCOUNT_DATA', 'READ_PII', 'REPLAY_EVENTS']);
    expect([status, body]).toEqual([200, { permissions: ['EXPORT_ACCOUNT_DATA', 'READ_PII', 'REPLAY_EVENTS'] }]);
    const viewer = await join(await somebody());
    expect((await authority(viewer, ['EXPORT_ACCOUNT_DATA', 'VIEW_CONTENT'])).body).toEqual({
      permissions: ['VIEW_CONTENT'],
    });
  });

  it('are none in an account that the person left, or never was in', async () => {
    const ben = await join(await somebody(), 'ADMIN');
    expect((await authority(ben, ['READ_PII'])).status).toBe(200);
    await ada.call('DELETE', `/accounts/${acme}/members/${ben.user_id}`, { account: acme });
    expect(codeOf(await authority(ben, ['READ_PII']))).toEqual([403, 'membership-ended']);
    expect(codeOf(await authority(ada, ['READ_PII'], {}, randomUUID()))).toEqual([403, 'membership-ended']);
  });

  it('are none of somebody who may not act, nor in an account that is closed', async () => {
    const { commandId: id, context, now } = aRequest();
    const ben = await join(await somebody(), 'ADMIN');
    await service.identity.store.execute(users, ben.user_id, {
      ...{ id, context, now, accountId: null },
      decide: () => [{ type: 'UserDisabled', data: { user_id: ben.user_id, status: 'disabled', reason: null } }],
    });
    expect(codeOf(await authority(ben, ['READ_PII']))).toEqual([403, 'user-inactive']);
    expect((await ada.call('DELETE', `/accounts/${acme}`, { account: acme })).status).toBe(204);
    expect(codeOf(await authority(ada, ['READ_PII']))).toEqual([403, 'account-closed']);
  });

  it('of a super admin are those of the visit the work was asked for in, while it lasts', async () => {
    await seedDemo(service.identity);
    const { body: root } = await service.call('POST', '/auth/login', {
      body: { email: 'root@annals.test', password: demoPassword },
    });
    const { user_id, session_id, access_token: token } = root as Record<string, string>;
    const { body } = await service.call('POST', '/elevations', {
      ...{ token: token!, body: { account_id: acme, reason: 'Ticket 4711: a takeout does not start' } },
    });
    const visit = { session_id, elevation_id: String(body.id) };
    const asked = (over: object, account = acme) =>
      authority({ user_id: user_id! }, ['EXPORT_ACCOUNT_DATA'], over, account);
    expect((await asked(visit)).body).toEqual({ permissions: ['EXPORT_ACCOUNT_DATA'] });
    expect(codeOf(await asked({}))).toEqual([403, 'membership-ended']);
    expect(codeOf(await asked({ ...visit, elevation_id: randomUUID() }))).toEqual([403, 'elevation-ended']);
    expect(codeOf(await asked({ ...visit, session_id: ada.session_id }))).toEqual([403, 'elevation-ended']);
    expect(codeOf(await asked(visit, randomUUID()))).toEqual([403, 'elevation-ended']);
    await service.call('DELETE', `/elevations/${String(body.id)}`, { token: token! });
    expect(codeOf(await asked(visit))).toEqual([403, 'elevation-ended']);
  });

  it('are told to the export service alone, about a person and an account', async () => {
    const { status } = await service.call('POST', '/internal/authority', { as: serviceIdentity('gateway') });
    expect(status).toBe(404);
    const nobody = await service.asExport('POST', '/internal/authority', serviceIdentity('svc:export'), {
      permissions: ['READ_PII'],
    });
    expect(codeOf(nobody)).toEqual([403, 'user-required']);
    expect(codeOf(await authority(ada, ['READ_PII', 'FLY']))).toEqual([400, 'body-invalid']);
  });
});

describe('the members of an account that is taken out', () => {
  it('are all of its people with what it knows of them, and of no other account', async () => {
    const ben = await join(await somebody(), 'MANAGER');
    const other = await somebody();
    const globex = (await team(other)).id;
    await join(ben, 'VIEWER', globex);
    const data = dataOf<TakenMember>(await page('members'));
    expect(data.map(({ user }) => user.user_id).sort()).toEqual([ada.user_id, ben.user_id].sort());
    expect(data.find(({ user }) => user.user_id === ben.user_id)).toEqual({
      user: {
        ...{ user_id: ben.user_id, email: ben.email, name: 'Sam Somebody', profile_image: null },
        ...{ status: 'active', email_verified: true, created_at: expect.any(String) as string },
      },
      membership: { role: 'MANAGER', since: expect.any(String) as string, roles: [] },
    });
    expect(memberIds(await page('members', {}, other, globex)).sort()).toEqual([ben.user_id, other.user_id].sort());
  });

  it('come with the roles they were given and still have', async () => {
    const ben = await join(await somebody());
    const grant = (body: object) => ada.call('POST', `/users/${ben.user_id}/roles`, { account: acme, body });
    expect((await grant({ role_id: 'BILLING', reason: 'the books' })).status).toBe(201);
    const found = dataOf<TakenMember>(await page('members')).find(({ user }) => user.user_id === ben.user_id);
    expect(found?.membership.roles).toEqual([
      { role_id: 'BILLING', name: 'BILLING', valid_from: null, expires_at: null },
    ]);
  });

  it('come page by page by id: who joins or leaves in between moves nobody', async () => {
    const all = [ada.user_id];
    for (let n = 0; n < 4; n++) all.push((await join(await somebody())).user_id);
    all.sort();
    const first = await page('members', { limit: 2 });
    expect([memberIds(first), first.body.next]).toEqual([all.slice(0, 2), all[1]]);
    const late = await join(await somebody());
    const left = all.find((id, index) => index > 1 && id !== ada.user_id)!;
    await ada.call('DELETE', `/accounts/${acme}/members/${left}`, { account: acme });
    await service.settled();
    const rest = await page('members', { after: first.body.next, limit: 100 });
    const expected = [...all.slice(2), late.user_id].filter((id) => id !== left && id > all[1]!).sort();
    expect([memberIds(rest), rest.body.next]).toEqual([expected, null]);
  });

  it('are without whoever was deleted, although they may come back, and without whoever was erased', async () => {
    const [ben, cleo] = [await join(await somebody()), await join(await somebody())];
    const { commandId: id, context, now } = aRequest();
    const data = { user_id: ben.user_id, status: 'deleted' as const, deleted_at: now, deleted_by_id: null };
    await service.identity.store.execute(users, ben.user_id, {
      ...{ id, context, now, accountId: null, decide: () => [{ type: 'UserDeleted', data }] },
    });
    await stores().keys.destroy(cleo.user_id);
    expect(memberIds(await page('members'))).toEqual([ada.user_id]);
  });

  it('are refused to whoever may not take them out any more, in the middle too', async () => {
    const ben = await join(await somebody(), 'ADMIN');
    expect((await page('members', { limit: 1 }, ben)).status).toBe(200);
    await ada.call('PUT', `/accounts/${acme}/members/${ben.user_id}`, { account: acme, body: { role: 'VIEWER' } });
    expect(codeOf(await page('members', {}, ben))).toEqual([403, 'permission-required']);
    expect(codeOf(await page('invitations', {}, ben))).toEqual([403, 'permission-required']);
  });

  it.each([
    ['a page of more than a hundred', { limit: 101 }],
    ['an end that is no id', { after: 'x' }],
    ['a field that is none', { account_id: randomUUID() }],
  ])('are not asked for by %s', async (_case, query) =>
    expect(codeOf(await page('members', query))).toEqual([400, 'query-invalid']),
  );
});

describe('what else is taken out with an account', () => {
  it('is how it is set up and the roles it defined', async () => {
    const role = { name: 'Translator', parent: 'AUTHOR', permissions: [{ permission: 'VIEW_ANALYTICS' }] };
    expect((await ada.call('POST', '/roles', { account: acme, body: role })).status).toBe(201);
    const account = await service.asExport('GET', '/internal/takeout/account', exporting(ada, acme));
    expect(account.body).toMatchObject({ account_id: acme, kind: 'team', domain: null, policies: {} });
    const roles = await service.asExport('GET', '/internal/takeout/roles', exporting(ada, acme));
    expect(dataOf(roles)).toEqual([
      expect.objectContaining({ name: 'Translator', parent: 'AUTHOR', built_in: false }) as object,
    ]);
  });

  it('is whom it has invited and who has not answered yet', async () => {
    const invite = (email: string) =>
      ada.call('POST', `/accounts/${acme}/invitations`, { account: acme, body: { email, role: 'EDITOR' } });
    const emails = [`${randomUUID()}@new.test`, `${randomUUID()}@new.test`];
    for (const email of emails) expect((await invite(email)).status).toBe(201);
    const { body } = await invite(`${randomUUID()}@new.test`);
    await ada.call('DELETE', `/accounts/${acme}/invitations/${String(body.id)}`, { account: acme });
    await service.settled();
    const found: TakenInvitation[] = [];
    for (let after: string | null = null; ;) {
      const answer: Answer = await page('invitations', { ...(after && { after }), limit: 1 });
      found.push(...dataOf<TakenInvitation>(answer));
      after = answer.body.next as string | null;
      if (after === null) break;
    }
    expect(found.map(({ email }) => email).sort()).toEqual(emails.sort());
    expect(found[0]).toMatchObject({ role: 'EDITOR', invited_by_id: ada.user_id });
  });
});

describe('that somebody takes an account’s data', () => {
  const reading = (who: { user_id: string }, account_id = acme) => ({
    ...{ id: randomUUID(), by: { kind: 'user', session_id: null, temporary_roles: [], elevation_id: null } },
    request: requestContext(),
    fact: {
      type: 'PersonalDataRead',
      data: {
        ...{ account_id, user_id: who.user_id, principal: null, method: 'GET', operation: 'downloadExport' },
        ...{ route: '/users/data/export/{export_id}/download', subject_id: null, thing_id: randomUUID(), times: 1 },
      },
    },
  });
  const tell = (told: object, as = exporting(ada, acme)) => service.asExport('POST', '/internal/readings', as, told);
  const recorded = async () => {
    const found: unknown[] = [];
    const stream = `reading-${conductStream(reading(ada) as never)}`;
    for await (const event of stores().store.readStream(stream)) found.push(event.data.thing_id);
    return found;
  };

  it('is on record as reading about others, once, as their own deed', async () => {
    const told = reading(ada);
    for (let n = 0; n < 2; n++) expect((await tell(told)).status).toBe(204);
    expect(await recorded()).toEqual([told.fact.data.thing_id]);
  });

  it('is not taken of somebody else, of another account or of anything else', async () => {
    const ben = await somebody();
    expect(codeOf(await tell(reading(ben)))).toEqual([403, 'reading-mismatch']);
    expect(codeOf(await tell(reading(ada, randomUUID())))).toEqual([403, 'reading-mismatch']);
    expect(codeOf(await tell(reading(ada), serviceIdentity('svc:export')))).toEqual([403, 'reading-mismatch']);
    const denied = { ...reading(ada), fact: { ...reading(ada).fact, type: 'AccessDenied' } };
    expect(codeOf(await tell(denied))).toEqual([400, 'body-invalid']);
    expect(await recorded()).toEqual([]);
  });
});
