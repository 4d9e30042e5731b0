import { randomUUID } from 'node:crypto';
import type { PasskeyCreationOptions } from '@annals/contracts';
import { accounts } from '../account/account.js';
import { grantMembership } from '../membership/grant-membership.js';
import { membershipId, memberships } from '../membership/membership.js';
import { authenticatorApp } from './authenticator-app.js';
import { issuer as origin, type IdentityService } from './identity-service.js';
import { aRequest, peopleOf, type Somebody } from './people.js';
import { password } from './sign-in.js';
import { team } from './teams.js';
import { virtualAuthenticator } from './virtual-authenticator.js';

/** Somebody of whom identity holds everything that it can hold, in two accounts of which others run one. */
export interface FullPerson {
  person: Somebody;
  /** Runs `shared`. */
  other: Somebody;
  /** Run by the person alone. */
  own: string;
  shared: string;
  /** An account that invited the address and where nobody has answered. */
  inviting: string;
  /** Invited to `shared` before anybody had the address. */
  inviteeBefore: string;
  /** What stands nowhere but where it is about the person. */
  canary: string;
}

/** Writes a membership as an invitation that was accepted would have. */
export async function joinIn({ identity }: IdentityService, account_id: string, user_id: string): Promise<void> {
  const { commandId: id, context, now } = aRequest();
  await identity.store.execute(memberships, membershipId(account_id, user_id), {
    ...{ id, context, now, accountId: account_id },
    decide: (state) => grantMembership(state, { account_id, user_id, role: 'EDITOR' }),
  });
}

const invite = async (by: Somebody, account: string, email: string) => {
  const asked = { account, body: { email, role: 'EDITOR' } };
  const { status, body } = await by.call('POST', `/accounts/${account}/invitations`, asked);
  if (status !== 201) throw new Error(`inviting answered ${status}: ${String(body.code)}`);
};

export async function fullPerson(service: IdentityService, other?: Somebody): Promise<FullPerson> {
  const somebody = peopleOf(() => service);
  const runs = other ?? (await somebody());
  const word = `canary${randomUUID().slice(0, 8)}`;
  const email = `${word}@people.test`;
  const { id: shared } = await team(runs);
  const { id: inviting } = await team(runs);
  await invite(runs, shared, email);
  const person = await somebody(email);
  const { user_id } = person;
  const { id: own } = await team(person);
  await invite(runs, inviting, email);
  await joinIn(service, shared, user_id);
  await service.settled();
  const give = { account: shared, body: { role_id: 'BILLING' } };
  const steps = [
    () => service.call('POST', '/auth/login', { body: { email, password, device_name: `${word} laptop` } }),
    () => service.call('POST', '/auth/password/forgot', { body: { email } }),
    () => service.call('POST', '/auth/login', { body: { email, password: 'wrong wrong wrong' } }),
    () => person.call('POST', '/auth/email/change', { body: { new_email: `${word}.new@people.test` } }),
    () =>
      person.call('POST', '/api-keys', {
        account: person.home_id,
        body: { name: 'Home key', scopes: ['VIEW_AUDIT_LOG'] },
      }),
    () => runs.call('POST', `/users/${user_id}/roles`, give),
    () => addTotp(person),
    () => addPasskey(person, word),
  ];
  for (const step of steps) {
    const { status, body } = await step();
    // A wrong password is one of the steps.
    if (status >= 300 && status !== 401) throw new Error(`a step answered ${status}: ${JSON.stringify(body)}`);
  }
  await service.settled();
  const inviteeBefore = await firstInvitee(service, shared, user_id);
  return { person, other: runs, own, shared, inviting, inviteeBefore, canary: word };
}

async function addTotp(person: Somebody) {
  const { body } = await person.call('POST', '/users/me/mfa/totp');
  const app = authenticatorApp(body.otpauth_uri as string);
  return person.call('POST', '/users/me/mfa/totp/confirm', { body: { code: app.code() } });
}

async function addPasskey(person: Somebody, word: string) {
  const { body } = await person.call('POST', '/users/me/passkeys/options');
  const response = virtualAuthenticator({ origin }).create(body as unknown as PasskeyCreationOptions);
  return person.call('POST', '/users/me/passkeys', { body: { response, name: `${word} key` } });
}

/** Whom an account had invited by the address before it was the person's. */
async function firstInvitee({ identity }: IdentityService, account: string, userId: string): Promise<string> {
  for await (const { type, data } of identity.store.readAll({ open: false })) {
    if (type === 'InvitationCreated' && data.account_id === account && data.invitee_id !== userId) {
      return String(data.invitee_id);
    }
  }
  throw new Error('nobody was invited');
}

/** Who runs an account, and whether it is open. */
export async function runBy({ identity }: IdentityService, accountId: string) {
  const { state } = await identity.store.load(accounts, accountId);
  return state.kind === 'open' || state.kind === 'closed' ? { kind: state.kind, admins: [...state.admins] } : null;
}
