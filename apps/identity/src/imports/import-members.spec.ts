import { randomUUID } from 'node:crypto';
import { serviceIdentity } from '@annals/auth';
import { Problem, type ImportedMemberAnswer } from '@annals/contracts';
import { derivedId, type StoredEvent } from '@annals/event-store';
import { startTestStores } from '@annals/testing';
import { grantsOfMember } from '../grant/grant.js';
import { invitations, invitationIdOf, invitationStream } from '../invitation/invitation.js';
import { admit } from '../membership/grant-membership.js';
import { membershipId, memberships } from '../membership/membership.js';
import { identityUnderTest, storeOptions, type IdentityService } from '../testing/identity-service.js';
import { aRequest, peopleOf, type Somebody } from '../testing/people.js';
import { codeOf, team } from '../testing/teams.js';
import { makeKnown } from '../user/make-known.js';
import { users } from '../user/user.js';

const { service: started } = identityUnderTest(() => startTestStores(storeOptions));
const somebody = peopleOf(() => started());
let service: IdentityService;
let ada: Somebody;
let acme: string;
beforeAll(() => (service = started()));
beforeEach(async () => {
  ada = await somebody();
  acme = (await team(ada)).id;
});

const newAddress = () => `${randomUUID()}@imported.test`;
interface Row {
  row?: number;
  email?: string;
  name?: string;
  role?: string;
  roles?: string[];
  profile_image?: string | null;
}
interface Given {
  import_id?: string;
  notify?: boolean;
  overwrite?: boolean;
  account?: string;
  who?: { user_id: string };
}
const ask = (rows: Row[], { account = acme, who = ada, ...over }: Given = {}) =>
  service.asExport(
    'POST',
    '/internal/imports/members',
    serviceIdentity('svc:export', { userId: who.user_id, accountId: account }),
    {
      ...{ import_id: randomUUID(), notify: false, overwrite: false, ...over },
      rows: rows.map((row, at) => ({ row: at + 1, email: newAddress(), name: 'Grace Hopper', ...row })),
    },
  );
async function imported(rows: Row[], given: Given = {}): Promise<ImportedMemberAnswer[]> {
  const { status, body } = await ask(rows, given);
  expect([status, body.code]).toEqual([200, undefined]);
  return (body as unknown as { rows: ImportedMemberAnswer[] }).rows;
}
const one = async (row: Row, given: Given = {}) => (await imported([row], given))[0]!;
const refusal = async (row: Row, given: Given = {}) => {
  const { outcome, user_id, refusals } = await one(row, given);
  return [outcome, user_id, ...refusals.map(({ field, code }) => `${field ?? ''}: ${code}`)];
};
const roleIn = async (userId: string, account = acme) => {
  const { state } = await service.identity.store.load(memberships, membershipId(account, userId));
  return state.kind === 'member' ? state.role : state.kind;
};
const eventsOf = async (stream: string) => {
  const events: StoredEvent[] = [];
  for await (const event of service.identity.store.readStream(stream)) events.push(event);
  return events;
};
const mailTo = async (email: string) => {
  // What one reactor writes, another sends.
  await service.settled();
  await service.settled();
  const { body } = await service.call('GET', `/dev/mail?to=${encodeURIComponent(email)}`);
  return body.data as { subject: string; codes: string[] }[];
};
const join = async (who: Somebody, role: 'VIEWER' | 'ADMIN' | 'MANAGER' = 'VIEWER', account = acme) => {
  await admit(service.identity, aRequest(), { account_id: account, user_id: who.user_id, role });
  return who;
};
const happened = (category: string, id: string, type: string, data: Record<string, unknown>) => {
  const { commandId, context, now } = aRequest();
  return service.identity.store.execute({ category, initial: null, evolve: () => null }, id, {
    ...{ id: commandId, context, now, accountId: null },
    decide: () => [{ type, data }],
  });
};
const erase = (userId: string, account_id: string | null) =>
  happened('erased', account_id === null ? userId : `${account_id}_${userId}`, 'SubjectErased', {
    ...{ account_id, user_id: userId, erasure_id: randomUUID(), erased_at: new Date().toISOString() },
    key_fingerprints: [],
  });

describe('a row about somebody nobody knows', () => {
  it('makes them known and a member, as whoever asked, and says that it was an import', async () => {
    const import_id = randomUUID();
    const email = newAddress();
    const name = 'Đặng Thị 👩‍👩‍👧 "O’Brien"';
    const answer = await one({ row: 7, email: email.toUpperCase(), name, role: 'EDITOR' }, { import_id });
    const user_id = derivedId(import_id, `person ${acme} 7`);
    expect(answer).toEqual({ row: 7, outcome: 'created', user_id, refusals: [] });
    const [registered] = await eventsOf(`user-${user_id}`);
    expect(registered).toMatchObject({
      data: { email, name, managed_by: acme, status: 'pending', imported: { import_id, notify: false } },
      metadata: { account_id: acme, actor: { kind: 'service', principal: 'svc:export', on_behalf_of: ada.user_id } },
    });
    expect(await roleIn(user_id)).toBe('EDITOR');
  });

  it('invites nobody, who then asks for a password by their address', async () => {
    const email = newAddress();
    const { user_id } = await one({ email });
    expect(await mailTo(email)).toEqual([]);
    await service.call('POST', '/auth/password/forgot', { body: { email } });
    const [mail] = await mailTo(email);
    const password = 'correct horse battery staple';
    const reset = { token: mail!.codes[0], new_password: password };
    expect((await service.call('POST', '/auth/password/reset', { body: reset })).status).toBe(204);
    const { status, body } = await service.call('POST', '/auth/login', { body: { email, password } });
    expect([status, body.user_id, body.account_id]).toEqual([200, user_id, acme]);
  });

  it('with notify invites them once, also when it is taken again', async () => {
    const given = { import_id: randomUUID(), notify: true };
    const email = newAddress();
    const first = await imported([{ email }], given);
    expect(await imported([{ email }], given)).toEqual(first);
    expect((await mailTo(email)).map(({ subject }) => subject)).toEqual([expect.stringContaining('You are invited')]);
  });

  it('gives roles of the account by their names, and a built-in one besides', async () => {
    const role = await ada.call('POST', '/roles', { account: acme, body: { name: 'Press Officer' } });
    const { user_id } = await one({ roles: ['press OFFICER', 'BILLING'] });
    const { state } = await service.identity.store.load(grantsOfMember, membershipId(acme, user_id!));
    expect([...state.live.keys()].sort()).toEqual([String(role.body.id), 'BILLING'].sort());
  });

  it('is taken once, however often it is sent and how many send it at once', async () => {
    const import_id = randomUUID();
    const rows = Array.from({ length: 30 }, (_, at) => ({ email: newAddress(), name: `Person ${at}` }));
    const answers = await Promise.all([1, 2, 3].map(() => imported(rows, { import_id })));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(new Set(answers[0]!.map(({ user_id }) => user_id)).size).toBe(30);
    await service.settled();
    for (const { user_id } of answers[0]!) {
      expect((await eventsOf(`user-${user_id}`)).map(({ type }) => type)).toEqual(['UserRegistered']);
      expect((await eventsOf(`membership-${acme}_${user_id}`)).map(({ type }) => type)).toEqual(['MembershipGranted']);
    }
  });

  it('is finished by whoever takes it again when the process died after each of its steps', async () => {
    const import_id = randomUUID();
    const email = newAddress();
    const user_id = derivedId(import_id, `person ${acme} 1`);
    const email_hash = service.identity.secrets.emailHash(email);
    const joins = [{ account_id: acme, role: 'AUTHOR' as const }];
    const asking = { ...aRequest(), commandId: derivedId(import_id, `row ${acme} 1`) };
    await makeKnown(service.identity, asking, {
      ...{ user_id, email, email_hash, name: 'Half', profile_image: null, home_account_id: null, status: 'pending' },
      ...{ managed_by: acme, joins, imported: { import_id, notify: false } },
    });
    // Without the import the reactor lets them in, and still nobody is invited.
    expect(await mailTo(email)).toEqual([]);
    expect(await roleIn(user_id)).toBe('AUTHOR');
    expect(await one({ email, role: 'AUTHOR', roles: ['BILLING'] }, { import_id })).toMatchObject({
      outcome: 'created',
      user_id,
    });
    const { state } = await service.identity.store.load(grantsOfMember, membershipId(acme, user_id));
    expect([...state.live.keys()]).toEqual(['BILLING']);
  });

  it('of two with one address takes one', async () => {
    const email = newAddress();
    const answers = await imported([{ email }, { email }]);
    expect(answers.filter(({ outcome }) => outcome === 'created')).toHaveLength(1);
  });

  it('is refused once they were deleted or erased since', async () => {
    const given = { import_id: randomUUID() };
    const rows = [{ email: newAddress() }, { email: newAddress() }];
    const [deleted, erased] = (await imported(rows, given)).map(({ user_id }) => user_id!);
    expect((await ada.call('DELETE', `/users/${deleted!}`, { account: acme })).status).toBe(204);
    await erase(erased!, acme);
    const again = await imported(rows, given);
    expect(again.map(({ refusals }) => refusals[0]!.code)).toEqual(['user-deleted', 'subject-erased']);
  });
});

describe('a row about somebody who is known', () => {
  it('leaves a member as they are', async () => {
    const ben = await join(await somebody());
    const before = await eventsOf(`user-${ben.user_id}`);
    expect(await refusal({ email: ben.email, name: 'Mallory', role: 'EDITOR' })).toEqual(['unchanged', null]);
    expect(await eventsOf(`user-${ben.user_id}`)).toEqual(before);
    expect(await roleIn(ben.user_id)).toBe('VIEWER');
  });

  it('with overwrite gives a member the role of the row, and says so again when it is taken again', async () => {
    const ben = await join(await somebody());
    const given = { import_id: randomUUID(), overwrite: true };
    const row = { email: ben.email, role: 'EDITOR', roles: ['BILLING'] };
    const first = await one(row, given);
    expect(first).toEqual({ row: 1, outcome: 'changed', user_id: null, refusals: [] });
    expect(await one(row, given)).toEqual(first);
    expect(await roleIn(ben.user_id)).toBe('EDITOR');
    expect(await one(row, { overwrite: true })).toMatchObject({ outcome: 'unchanged' });
    expect(await refusal({ email: ada.email, role: 'VIEWER' }, given)).toEqual(['refused', null, ': last-admin']);
  });

  it('with overwrite names who was made known by an earlier import, so that their documents can follow', async () => {
    const row = { email: newAddress() };
    const { user_id } = await one(row);
    expect(await one(row)).toMatchObject({ outcome: 'unchanged', user_id: null });
    expect(await one(row, { overwrite: true })).toMatchObject({ outcome: 'unchanged', user_id });
  });

  it('who is no member is refused, and with notify asked into the account', async () => {
    const { email } = await somebody();
    expect(await refusal({ email })).toEqual(['refused', null, 'email: email-taken']);
    const given = { import_id: randomUUID(), notify: true };
    expect(await refusal({ email, role: 'EDITOR' }, given)).toEqual(['invited', null]);
    expect(await refusal({ email, role: 'EDITOR' }, given)).toEqual(['invited', null]);
    expect(await refusal({ email }, { notify: true })).toEqual(['unchanged', null]);
    const hash = service.identity.secrets.emailHash(email);
    const { state } = await service.identity.store.load(
      invitations,
      invitationStream(acme, invitationIdOf(acme, hash)),
    );
    expect(state).toMatchObject({ kind: 'open', offer: { role: 'EDITOR', invited_by_id: ada.user_id } });
  });

  it('is refused when the account erased them, or everybody did', async () => {
    const [ben, cid] = [await join(await somebody()), await join(await somebody())];
    await erase(ben.user_id, acme);
    await erase(cid.user_id, null);
    for (const { email } of [ben, cid]) {
      expect(await refusal({ email }, { notify: true, overwrite: true })).toEqual([
        'refused',
        null,
        ': subject-erased',
      ]);
    }
    const other = (await team(ada)).id;
    expect(await refusal({ email: ben.email }, { account: other, notify: true })).toEqual(['invited', null]);
  });
});

describe('a row that is refused', () => {
  it('makes nobody known, and leaves the others of its call alone', async () => {
    const email = newAddress();
    const answers = await imported([{ email, roles: ['No such role'] }, {}]);
    expect(answers.map(({ outcome }) => outcome)).toEqual(['refused', 'created']);
    expect(answers[0]!.refusals).toEqual([
      { field: 'roles', code: 'role-not-found', detail: 'The account has no role of this name' },
    ]);
    expect(await one({ email })).toMatchObject({ outcome: 'created' });
  });

  it('says which field asks for more than whoever imports has', async () => {
    const { body: power } = await ada.call('POST', '/roles', {
      account: acme,
      body: {
        name: 'Registrar',
        permissions: ['IMPORT_ACCOUNT_DATA', 'MANAGE_ALL_USERS'].map((permission) => ({ permission })),
      },
    });
    const ben = await join(await somebody(), 'MANAGER');
    await ada.call('POST', `/users/${ben.user_id}/roles`, { account: acme, body: { role_id: power.id } });
    const who = { who: ben };
    expect(await refusal({ role: 'ADMIN' }, who)).toEqual(['refused', null, 'role: beyond-own-rights']);
    expect(await refusal({ roles: ['BILLING'] }, who)).toEqual(['refused', null, 'roles: beyond-own-rights']);
    expect(await refusal({ roles: ['VIEWER'] }, who)).toEqual(['refused', null, ': permission-required']);
    const cid = await join(await somebody());
    expect(await refusal({ email: cid.email, role: 'AUTHOR' }, { ...who, overwrite: true })).toEqual([
      ...['refused', null, ': role-required'],
    ]);
    expect(await refusal({ role: 'MANAGER' }, who)).toEqual(['created', expect.any(String) as string]);
  });
});

describe('an import', () => {
  it('is for the service that reads the file, and no other', async () => {
    const path = '/internal/imports/members';
    const rows = [{ row: 1, email: newAddress(), name: 'X' }];
    const answer = await fetch(`${service.url}${path}`, {
      ...{ method: 'POST', headers: { 'content-type': 'application/json', ...(await service.asGateway()) } },
      body: JSON.stringify({ import_id: randomUUID(), notify: false, overwrite: false, rows }),
    });
    expect(answer.status).toBe(403);
  });

  it('ends when its person may import no more, left, or never was there', async () => {
    const ben = await join(await somebody(), 'ADMIN');
    expect((await ask([{}], { who: ben })).status).toBe(200);
    await ada.call('PUT', `/accounts/${acme}/members/${ben.user_id}`, { account: acme, body: { role: 'MANAGER' } });
    expect(codeOf(await ask([{}], { who: ben }))).toEqual([403, 'permission-required']);
    await ada.call('DELETE', `/accounts/${acme}/members/${ben.user_id}`, { account: acme });
    expect(codeOf(await ask([{}], { who: ben }))).toEqual([403, 'membership-ended']);
    const globex = (await team(await somebody())).id;
    expect(codeOf(await ask([{}], { account: globex }))).toEqual([403, 'membership-ended']);
  });

  it('with the ids of another account’s import speaks of other people, and touches none of theirs', async () => {
    const globex = (await team(ada)).id;
    const import_id = randomUUID();
    const email = newAddress();
    const { user_id } = await one({ email }, { import_id });
    const before = [await eventsOf(`user-${user_id}`), await eventsOf(`membership-${acme}_${user_id}`)];
    const there = await one({ email: newAddress(), role: 'EDITOR' }, { import_id, account: globex });
    expect(there.user_id).not.toBe(user_id);
    expect([await roleIn(there.user_id!, globex), await roleIn(there.user_id!)]).toEqual(['EDITOR', 'none']);
    expect(await roleIn(user_id!, globex)).toBe('none');
    expect(await refusal({ row: 2, email }, { import_id, account: globex })).toEqual([
      'refused',
      null,
      'email: email-taken',
    ]);
    expect([await eventsOf(`user-${user_id}`), await eventsOf(`membership-${acme}_${user_id}`)]).toEqual(before);
  });

  it('asks again about what the store could not answer: no row of it is refused for that', async () => {
    const { store } = service.identity;
    const { execute } = store;
    const away = jest.spyOn(store, 'execute').mockImplementation((aggregate, id, command) => {
      if (aggregate.category === 'email') throw new Problem(503, 'event-store-unavailable', 'away');
      return execute(aggregate, id, command);
    });
    expect(codeOf(await ask([{}, {}]))).toEqual([503, 'event-store-unavailable']);
    away.mockRestore();
  });

  it('takes at most a hundred rows at a time, each with its place', async () => {
    expect((await ask(Array.from({ length: 101 }, () => ({})))).status).toBe(400);
    expect((await ask([])).status).toBe(400);
    expect((await ask([{ row: 0 }])).status).toBe(400);
  });
});

it('holds that whoever was made known is known by the address of the row', async () => {
  const { user_id } = await one({});
  const { state } = await service.identity.store.load(users, user_id!);
  expect(state).toMatchObject({ kind: 'pending', imported: true, managed_by: acme });
});
