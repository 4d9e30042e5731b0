import { randomUUID } from 'node:crypto';
import { serviceIdentity } from '@annals/auth';
import type { ErasedHolder } from '@annals/contracts';
import { holderOf, streamName, type StoredEvent } from '@annals/event-store';
import { eraseHolders, everyRow, startTestStores } from '@annals/testing';
import { addressOf } from '../email/address-of.js';
import { membershipId, memberships } from '../membership/membership.js';
import { fullPerson, joinIn, runBy, type FullPerson } from '../testing/full-person.js';
import { identityUnderTest, storeOptions, type Answer } from '../testing/identity-service.js';
import { mailTo } from '../testing/mail-box.js';
import { peopleOf } from '../testing/people.js';
import { password } from '../testing/sign-in.js';
import { codeOf, team } from '../testing/teams.js';
import { isKnown, users } from '../user/user.js';
import { accountsToAsk } from '../views/user-accounts/user-accounts.js';

const { service, stores } = identityUnderTest(() => startTestStores(storeOptions));
const somebody = peopleOf(service);

const ask = (body: unknown, as = serviceIdentity('svc:export')) =>
  service().asExport('POST', '/internal/erasures', as, body);

/** All that an erasure does, but for the other services. */
async function erase(...holders: ErasedHolder[]): Promise<{ answer: Answer; removed: Record<string, number> }> {
  const asked = await eraseHolders(stores().keys, [service().identity.store], holders);
  const answer = await ask(asked);
  expect(answer.status).toBe(200);
  await service().settled();
  return { answer: await ask(asked), removed: answer.body.removed as Record<string, number> };
}
const everywhere = ({ person: { user_id, home_id }, own, shared, inviting }: FullPerson): ErasedHolder[] =>
  [null, home_id, own, shared, inviting].map((account_id) => ({ account_id, user_id }));

const rowsWith = async (text: string): Promise<string[]> =>
  Object.entries(await everyRow(stores().database.superuserUrl))
    .filter(([, rows]) => rows.some((row) => row.includes(text)))
    .map(([table]) => table);
const membershipIn = async (account: string, user: string) =>
  (await service().identity.store.load(memberships, membershipId(account, user))).state.kind;
async function logOf(stream: string): Promise<StoredEvent[]> {
  const events: StoredEvent[] = [];
  for await (const event of service().identity.store.readStream(stream)) events.push(event);
  return events;
}
const login = (email: string) => service().call('POST', '/auth/login', { body: { email, password } });

describe('a person who is erased everywhere', () => {
  let gone: FullPerson;
  let removed: Record<string, number>;
  let again: Answer;
  let answers: { context: Answer; refresh: Answer };
  beforeAll(async () => {
    gone = await fullPerson(service());
    expect(await rowsWith(gone.canary)).not.toEqual([]);
    ({ removed, answer: again } = await erase(...everywhere(gone)));
    const { person } = gone;
    answers = {
      context: await person.contextIn({}),
      refresh: await service().call('POST', '/auth/refresh', { body: { refresh_token: person.refresh_token } }),
    };
  }, 120_000);

  it('is counted, kind by kind', () => {
    expect(removed).toMatchObject({
      ...{ deleted_people: 1, memberships: 3, home_accounts: 1, password_hashes: 1, totp_seeds: 1, passkeys: 1 },
      ...{ addresses: 1, refresh_families: 2, counts_of_failures: 1 },
    });
    for (const kind of [
      'ways_to_sign_in',
      'known_devices',
      'recovery_code_sets',
      'mailed_tokens',
      'notes_of_members',
      'kept_mails',
    ]) {
      expect([kind, removed[kind]]).toEqual([kind, expect.any(Number)]);
      expect(removed[kind]).toBeGreaterThan(0);
    }
    // Open in one account, and held for nobody in another.
    expect(removed.invitations).toBe(3);
  });

  it('has nothing left when it is asked again', () => {
    expect(again.status).toBe(200);
    expect(Object.values(again.body.removed as object).every((count) => count === 0)).toBe(true);
  });

  it('stands in no row any more, by no word of theirs', async () => {
    expect(await rowsWith(gone.canary)).toEqual([]);
  });

  it('stands by a pseudonym only where something has to be refused or was done by them', async () => {
    const allowed = ['public.erased_people', 'public.revocations', 'public.session_floors'];
    // Who made a key of an account that is not theirs alone stays on record.
    const left = (await rowsWith(gone.person.user_id)).filter((table) => !allowed.includes(table));
    expect(left.filter((table) => !table.startsWith('api_keys_'))).toEqual([]);
  });

  it('is out at every gateway, with every session and every refresh token', () => {
    expect(answers.context.status).toBe(401);
    expect(answers.refresh.status).toBe(401);
  });

  it('is as unknown at sign-in as somebody who never was', async () => {
    const [known, never] = [await login(gone.person.email), await login(`${randomUUID()}@people.test`)];
    expect([known.status, known.body.code]).toEqual([never.status, never.body.code]);
  });

  it('leaves a home that is closed, with what it was called free and its keys revoked', async () => {
    expect(await runBy(service(), gone.person.home_id)).toEqual({ kind: 'closed', admins: [] });
    const released = [];
    for await (const event of service().identity.store.readAll({ open: false })) {
      if (event.type === 'SlugReleased' && event.data.account_id === gone.person.home_id) released.push(event);
    }
    expect(released).toHaveLength(1);
    const keys = stores().database;
    const hashes = (await everyRow(keys.superuserUrl, 'public'))['public.api_key_credentials'];
    expect(hashes!.filter((row) => row.includes(gone.person.home_id))).toEqual([]);
  });

  it('leaves accounts to those who are in them, and one without anybody without an ADMIN', async () => {
    expect(await membershipIn(gone.shared, gone.person.user_id)).toBe('ended');
    expect(await runBy(service(), gone.shared)).toEqual({ kind: 'open', admins: [gone.other.user_id] });
    expect(await runBy(service(), gone.own)).toEqual({ kind: 'open', admins: [] });
    const unseated = (await logOf(streamName('account', gone.own))).at(-1);
    expect(unseated).toMatchObject({ type: 'AccountAdminRemoved', data: { reason: 'no-admin' } });
  });

  it('is removed by a principal of its own, in the log of whom it concerns', async () => {
    const facts = [
      ...(await logOf(streamName('user', gone.person.user_id))),
      ...(await logOf(streamName('membership', membershipId(gone.shared, gone.person.user_id)))),
    ].filter(({ type }) => type === 'UserDeleted' || type === 'MembershipEnded');
    expect(facts).toHaveLength(2);
    for (const { metadata } of facts) {
      expect(metadata.actor).toMatchObject({ kind: 'service', principal: 'svc:erasure' });
    }
  });

  it('takes along what was held for an invited address before anybody had it', async () => {
    const name = holderOf(gone.inviteeBefore, gone.shared);
    await expect(stores().keys.current(name, 'account')).rejects.toMatchObject({ code: 'subject-erased' });
    const [fact] = await logOf(streamName('erased', `${gone.shared}_${gone.inviteeBefore}`));
    expect(fact).toMatchObject({ type: 'SubjectErased', metadata: { actor: { principal: 'svc:erasure' } } });
    expect((fact!.data.key_fingerprints as string[]).length).toBeGreaterThan(0);
  });

  it('leaves the address to whoever comes next, who is somebody else and keeps what is theirs', async () => {
    const next = await somebody(gone.person.email);
    expect(next.user_id).not.toBe(gone.person.user_id);
    const { person } = gone;
    const asked = { erasure_id: randomUUID(), holders: [{ account_id: null, user_id: person.user_id }] };
    expect((await ask({ ...asked, positions: '0-0@erased' })).status).toBe(200);
    expect((await login(gone.person.email)).body.user_id).toBe(next.user_id);
    expect(await addressOf(service().identity.store, next.user_id)).toBe(gone.person.email);
  });

  it('gets no mail, whatever is handled again', async () => {
    expect(await mailTo(service(), gone.person.email, 'A passkey was removed')).toEqual([]);
    expect(await addressOf(service().identity.store, gone.person.user_id)).toBeNull();
  });

  it('is no 500 to anybody who looks at accounts where they were', async () => {
    const { other, shared, inviting, person } = gone;
    const seen = [
      ...['/users', '/users?include_deleted=true', '/users?q=canary', `/users/${person.user_id}`, '/api-keys'],
      ...[`/accounts/${shared}/members`, `/accounts/${shared}/invitations`, `/users/${person.user_id}/roles`],
      ...[`/users/${other.user_id}`, '/accounts', '/roles', '/sessions', '/devices', '/roles/analytics'],
      ...['/permissions/analytics', '/roles/EDITOR/members', `/permissions/explain?user_id=${person.user_id}`],
    ];
    for (const path of seen) {
      const { status, body } = await other.call('GET', path, { account: shared });
      expect([path, status < 500]).toEqual([path, true]);
      expect(JSON.stringify(body)).not.toContain(gone.canary);
    }
    const { body } = await other.call('GET', `/accounts/${inviting}/invitations`, { account: inviting });
    expect(body.data).toEqual([]);
  });
});

describe('a person whom an administrator made known', () => {
  it('is gone for good to the account that looked after them, and was never there to others', async () => {
    const [admin, stranger] = [await somebody(), await somebody()];
    const [{ id: account }, { id: elsewhere }] = [await team(admin), await team(stranger)];
    const asked = { account, body: { email: `${randomUUID()}@people.test`, name: 'Grace Canary' } };
    const { body } = await admin.call('POST', '/users', asked);
    const user_id = String(body.id);
    await erase({ account_id: null, user_id }, { account_id: account, user_id });
    const restore = (who: typeof admin, at: string) => who.call('POST', `/users/${user_id}/restore`, { account: at });
    expect(codeOf(await restore(admin, account))).toEqual([410, 'subject-erased']);
    expect(codeOf(await restore(stranger, elsewhere))).toEqual([404, 'user-not-found']);
    const patched = await admin.call('PATCH', `/users/${user_id}`, { account, body: { name: 'Grace Again' } });
    expect(codeOf(patched)).toEqual([410, 'subject-erased']);
    expect(codeOf(await admin.call('GET', `/users/${user_id}`, { account }))).toEqual([404, 'user-not-found']);
    expect(await rowsWith('Grace Canary')).toEqual([]);
  });
});

describe('a member whom one account erases', () => {
  let kept: FullPerson;
  beforeAll(async () => {
    kept = await fullPerson(service());
    await erase({ account_id: kept.shared, user_id: kept.person.user_id });
  }, 120_000);

  it('is no member there any more, with nothing lent and nothing counted', async () => {
    const { shared, person, other } = kept;
    expect(await membershipIn(shared, person.user_id)).toBe('ended');
    expect((await person.contextIn({ account: shared })).status).toBe(403);
    const { body } = await other.call('GET', '/users', { account: shared });
    expect((body.data as { id: string }[]).map(({ id }) => id)).toEqual([other.user_id]);
  });

  it('is who they are everywhere else: signed in, with home, address, factors and other invitations', async () => {
    const { person, own, inviting, other, shared } = kept;
    expect((await person.contextIn({})).status).toBe(200);
    expect((await person.contextIn({ account: own })).status).toBe(200);
    expect(await runBy(service(), person.home_id)).toMatchObject({ kind: 'open', admins: [person.user_id] });
    expect(await addressOf(service().identity.store, person.user_id)).toBe(person.email);
    expect((await login(person.email)).body).toMatchObject({ mfa_required: true });
    expect(new Set(await accountsToAsk(service().identity.pool, person.user_id))).toEqual(
      new Set([person.home_id, own]),
    );
    const [there, here] = await Promise.all(
      [inviting, shared].map((id) => other.call('GET', `/accounts/${id}/invitations`, { account: id })),
    );
    expect(there!.body.data).toMatchObject([{ email: person.email, status: 'open' }]);
    expect(here!.body.data).toEqual([]);
  });

  it('is not let in again by an invitation: the account keeps nothing of them any more', async () => {
    const asked = { account: kept.shared, body: { email: kept.person.email, role: 'VIEWER' } };
    const answer = await kept.other.call('POST', `/accounts/${kept.shared}/invitations`, asked);
    expect(codeOf(answer)).toEqual([410, 'subject-erased']);
  });
});

describe('others', () => {
  it('stay who they are when who invited them is erased', async () => {
    const boss = await somebody();
    const { id: own } = await team(boss);
    const email = `${randomUUID()}@people.test`;
    const asked = { account: own, body: { email, role: 'EDITOR' } };
    expect((await boss.call('POST', `/accounts/${own}/invitations`, asked)).status).toBe(201);
    const worker = await somebody();
    await joinIn(service(), own, worker.user_id);
    await erase(...[null, boss.home_id, own].map((account_id) => ({ account_id, user_id: boss.user_id })));
    const rows = await rowsWith(email);
    expect(rows.some((table) => table.startsWith('invitations_'))).toBe(true);
    expect((await worker.contextIn({ account: own })).status).toBe(200);
    const { state } = await service().identity.store.load(users, worker.user_id);
    expect(isKnown(state) && state.kind).toBe('active');
  });

  it('keep a home that they share with who is erased', async () => {
    const host = await somebody();
    const guest = await somebody();
    await joinIn(service(), host.home_id, guest.user_id);
    await service().settled();
    await erase({ account_id: null, user_id: host.user_id }, { account_id: host.home_id, user_id: host.user_id });
    expect(await runBy(service(), host.home_id)).toEqual({ kind: 'open', admins: [] });
    expect((await guest.contextIn({ account: host.home_id })).status).toBe(200);
  });
});

describe('who asks', () => {
  const holder = { account_id: null, user_id: randomUUID() };
  const body = { erasure_id: randomUUID(), holders: [holder], positions: '0-0@erased' };

  it('gets nothing removed of somebody of whom no fact says that they are erased', async () => {
    expect(codeOf(await ask(body))).toEqual([409, 'not-erased']);
  });

  it('has to be the one that carries erasures out', async () => {
    const sent = { method: 'POST', body: JSON.stringify(body) };
    const given = { ...(await service().asGateway()), 'content-type': 'application/json' };
    const { status } = await fetch(`${service().url}/internal/erasures`, { ...sent, headers: given });
    expect(status).toBe(403);
  });

  it.each([
    ['no holders', { ...body, holders: [] }],
    ['a holder that is no id', { ...body, holders: [{ account_id: null, user_id: 'ada' }] }],
    ['no positions', { ...body, positions: '' }],
  ])('is told what is wrong with %s', async (_what, wrong) => {
    expect((await ask(wrong)).status).toBe(400);
  });
});
