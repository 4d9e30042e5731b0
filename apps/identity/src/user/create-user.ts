import {
  createUserRoute,
  Problem,
  type BodyOf,
  type CurrentUserContext,
  type EventOf,
  type UserRegistered,
} from '@annals/contracts';
import { derivedId } from '@annals/event-store';
import { mount } from '@annals/service';
import { findMyAccount } from '../account/choose-account.js';
import type { Identity } from '../identity.js';
import { requireOwnRights } from '../role/own-rights.js';
import { roleSets } from '../role/role.js';
import { shownUser } from './get-user.js';
import { accountOf } from '../session/own-session.js';
import { makeKnown } from './make-known.js';
import type { RegisterUser } from './register-user.js';
import { readPerson } from './read-person.js';
import { users } from './user.js';
import { welcome } from './welcome.js';

type Joins = EventOf<typeof UserRegistered>['data']['joins'];
type Body = BodyOf<(typeof createUserRoute)['definition']>;

/**
 * Makes a person known on the word of an administrator: pending, without a password, a member of the accounts named, and
 * invited by mail. Once they are known a reactor completes what is left.
 */
export const createUser = (identity: Identity) =>
  mount(createUserRoute, async ({ body, ...asking }) => {
    const { store, secrets } = identity;
    const { commandId, context } = asking;
    const managed_by = accountOf(context);
    requireOwnRights(context, roleSets.initial, body.role);
    const joins = await joinsOf(identity, context, managed_by, body);
    const { email, name, profile_image } = body;
    const user_id = derivedId(commandId, 'user');
    const person: RegisterUser = {
      ...{ user_id, email, email_hash: secrets.emailHash(email), name, profile_image },
      ...{ home_account_id: null, status: 'pending', managed_by, joins },
    };
    const outcome = await makeKnown(identity, asking, person);
    if (!outcome) throw new Problem(409, 'email-taken', 'Somebody is known by this address already');
    const tokens = await welcome(identity, asking, { ...person, invited_by_id: context.user_id });
    // As they were when they became known: a repeated request gets the same answer, whatever happened since.
    const record = await readPerson(store, user_id, 0n);
    return {
      ...{ status: 201, revision: record!.revision, body: await shownUser(identity, record!, joins) },
      ...{ replayed: outcome.kind === 'replayed', headers: { location: `/api/v1/users/${user_id}` } },
      tokens: [...(outcome.position ? [{ category: users.category, position: outcome.position }] : []), ...tokens],
    };
  });

/**
 * The account that asks, and those besides in which the caller is ADMIN too.
 * @throws Problem 403 `account-not-yours`
 */
async function joinsOf(
  identity: Identity,
  { user_id }: CurrentUserContext,
  accountId: string,
  { account_ids, role }: Body,
): Promise<Joins> {
  const others = [...new Set(account_ids)].filter((id) => id !== accountId);
  for (const id of others) {
    const account = user_id === null ? null : await findMyAccount(identity, user_id, id);
    if (account?.role !== 'ADMIN') {
      throw new Problem(403, 'account-not-yours', 'You are not ADMIN in each of these accounts');
    }
  }
  return [accountId, ...others].map((account_id) => ({ account_id, role }));
}
