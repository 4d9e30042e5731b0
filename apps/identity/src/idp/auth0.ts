import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { createAuth0Calls, refusal, type Auth0Access, type Auth0Answer } from './auth0-calls.js';
import type { IdentityProviderPort, NewIdentity } from './identity-provider.js';

export interface Auth0Settings extends Auth0Access {
  /** Database connection that people are created in. */
  connection: string;
  /** Where people go after they have chosen a password. */
  returnUrl: string;
}

const ticketDays = 7;

/** Auth0 puts its own name before the id that was asked for. */
const subjectOf = (userId: string) => `auth0|${userId}`;

const Created = z.object({ user_id: z.string() });
const Found = z.array(
  z.object({
    user_id: z.string(),
    email_verified: z.boolean().optional(),
    identities: z.array(z.object({ connection: z.string() })),
  }),
);
const Ticket = z.object({ ticket: z.url() });

/** Auth0 by its Management API v2 (https://auth0.com/docs/api/management/v2). */
export function auth0(settings: Auth0Settings): IdentityProviderPort {
  const { connection, returnUrl, url } = settings;
  const call = createAuth0Calls(settings);
  const userPath = (subject: string) => `/api/v2/users/${encodeURIComponent(subject)}`;

  async function setBlocked(what: string, subject: string, blocked: boolean): Promise<void> {
    const answer = await call(what, 'PATCH', userPath(subject), { blocked });
    if (answer.status !== 404) bodyOf(what, answer, 200);
  }

  return {
    issuer: `${url}/`,
    async createUser(person) {
      const answer = await call('create a user', 'POST', '/api/v2/users', {
        ...{ connection, user_id: person.user_id, email: person.email, name: person.name },
        // Nobody knows this password: the person chooses one by the link of their invitation.
        ...{ password: `${randomBytes(32).toString('base64url')}aA1!`, email_verified: false, verify_email: false },
      });
      if (answer.status === 409) return findUser(person);
      return Created.parse(bodyOf('create a user', answer, 201)).user_id;
    },
    blockUser: (subject) => setBlocked('block a user', subject, true),
    unblockUser: (subject) => setBlocked('unblock a user', subject, false),
    async deleteUser(subject) {
      const answer = await call('delete a user', 'DELETE', userPath(subject));
      if (answer.status !== 404) bodyOf('delete a user', answer, 204);
    },
    subjectOf,
    async inviteUser(subject) {
      const answer = await call('invite a user', 'POST', '/api/v2/tickets/password-change', {
        ...{ user_id: subject, result_url: returnUrl },
        // Only a mail to the address brings somebody there.
        ...{ mark_email_as_verified: true, ttl_sec: ticketDays * 86_400 },
      });
      return Ticket.parse(bodyOf('invite a user', answer, 201)).ticket;
    },
  };

  /**
   * Who exists already: created by us before, or somebody who has proved to hold the address. Anybody else may have signed
   * up with it only to be taken for the person who is invited.
   */
  async function findUser({ user_id, email }: NewIdentity): Promise<string> {
    const what = 'find a user by address';
    const answer = await call(what, 'GET', `/api/v2/users-by-email?email=${encodeURIComponent(email)}`);
    const found = Found.parse(bodyOf(what, answer, 200));
    const ours = found.find((one) => one.user_id === subjectOf(user_id));
    const proven = found.find(
      (one) => one.email_verified === true && one.identities.some((identity) => identity.connection === connection),
    );
    const known = ours ?? proven;
    if (!known) throw new Error('Auth0 knows somebody by this address who has not proved to hold it');
    return known.user_id;
  }
}

function bodyOf(what: string, answer: Auth0Answer, status: number): unknown {
  if (answer.status !== status) throw refusal(what, answer);
  return answer.body;
}
