import { requirePermission, requireRole } from '@annals/auth';
import {
  importedPersonName,
  Problem,
  type BuiltInRole,
  type ImportedMemberAnswer,
  type ImportedPerson,
} from '@annals/contracts';
import { derivedId, type Outcome } from '@annals/event-store';
import { commandIn, type Asking } from '../asking.js';
import type { Identity } from '../identity.js';
import { inviteAddress } from '../invitation/create-invitation.js';
import { giveRole } from '../membership/change-role.js';
import { membershipId, memberships } from '../membership/membership.js';
import type { RoleSet } from '../role/role.js';
import { makeKnown } from '../user/make-known.js';
import { nobody, personOfAddress } from '../user/person-of-address.js';
import type { RegisterUser } from '../user/register-user.js';
import { isKnown, users, type User } from '../user/user.js';
import { welcome } from '../user/welcome.js';
import { grantWantedRoles } from './grant-wanted-roles.js';
import type { Importer } from './importer.js';
import { requireNotErased } from './require-not-erased.js';
import { wantedRoles } from './wanted-roles.js';

/** What all rows of an import have in common. */
export interface ImportOf {
  import_id: string;
  notify: boolean;
  overwrite: boolean;
  importer: Importer;
  /** The account's roles as they are now. */
  set: RoleSet;
}

type Taken = Pick<ImportedMemberAnswer, 'outcome' | 'user_id'>;

/**
 * Takes one row: a person nobody knows becomes known and a member, as by `createUser`; one who is known is left as they
 * are. Every id follows from the import and the row, so a row that is taken again makes nothing twice, and what an
 * earlier try left undone is done.
 * @param asking of this row alone
 * @throws Problem when the row is refused: what it would have done is not done
 */
export async function importPerson(
  identity: Identity,
  asking: Asking,
  of: ImportOf,
  person: ImportedPerson,
): Promise<Taken> {
  const roles = wantedRoles(of.importer.caller, of.set, person);
  if (roles.length > 0) requirePermission(of.importer.caller, 'MANAGE_ROLES');
  const wanted = newPerson(identity, of, person);
  const { state: before } = await identity.store.load(users, wanted.user_id);
  const made = isKnown(before) ? before : await madeKnown(identity, asking, wanted);
  if (!made) return settleKnown(identity, asking, of, { person, roles });
  const { user_id } = wanted;
  if (made.kind === 'deleted') throw new Problem(409, 'user-deleted', 'This person was deleted since the import began');
  await requireNotErased(identity, of.importer.account_id, user_id);
  await welcome(identity, asking, { ...wanted, invited_by_id: of.importer.user_id });
  await grantWantedRoles(identity, asking, of.importer, user_id, roles);
  return { outcome: 'created', user_id };
}

function newPerson({ secrets }: Identity, of: ImportOf, person: ImportedPerson): RegisterUser {
  const { import_id, notify, importer } = of;
  const { email, name, profile_image = null, role = 'VIEWER' } = person;
  const { account_id } = importer;
  return {
    ...{ user_id: derivedId(import_id, importedPersonName(account_id, person.row)), email, name, profile_image },
    ...{ email_hash: secrets.emailHash(email), home_account_id: null, status: 'pending', managed_by: account_id },
    ...{ joins: [{ account_id, role }], imported: { import_id, notify } },
  };
}

/** Null when the address is somebody else's. */
async function madeKnown(identity: Identity, asking: Asking, wanted: RegisterUser): Promise<User | null> {
  const outcome: Outcome<User> | null = await makeKnown(identity, asking, wanted);
  return outcome && outcome.state;
}

interface KnownRow {
  person: ImportedPerson;
  /** Ids of the roles of the account that the row names. */
  roles: readonly string[];
}

/**
 * Somebody has the address. A member stays what they are unless the import says otherwise; who is known elsewhere is not
 * made a member by the word of somebody else, but asked. Of the person nothing is read and nothing changed.
 */
async function settleKnown(identity: Identity, asking: Asking, of: ImportOf, row: KnownRow): Promise<Taken> {
  const { account_id } = of.importer;
  const known = await personOfAddress(identity, row.person.email);
  const kept: Taken = { outcome: 'unchanged', user_id: null };
  if (known.user_id !== nobody) {
    await requireNotErased(identity, account_id, known.user_id);
    const { state: member } = await identity.store.load(memberships, membershipId(account_id, known.user_id));
    if (member.kind === 'member') return settleMember(identity, asking, of, row, { ...member, user: known.user });
  }
  if (!of.notify) {
    throw new Problem(409, 'email-taken', 'Somebody is known by this address: they can be invited, with notify', {
      fields: [{ path: 'email', code: 'taken', message: 'is somebody’s already' }],
    });
  }
  const { email, role = 'VIEWER' } = row.person;
  const invited = { account_id, email, role, invited_by_id: of.importer.user_id, days: 7 };
  try {
    await inviteAddress(identity, asking, invited);
  } catch (error) {
    if (error instanceof Problem && error.code === 'already-invited') return kept;
    throw error;
  }
  return { outcome: 'invited', user_id: null };
}

interface KnownMember {
  account_id: string;
  user_id: string;
  role: BuiltInRole;
  user: User;
}

/** With `overwrite`, as an ADMIN would do it by hand: nobody else changes roles of members, and none beyond their own. */
async function settleMember(
  identity: Identity,
  asking: Asking,
  { importer, overwrite }: ImportOf,
  { person, roles }: KnownRow,
  { account_id, user_id, role: before, user }: KnownMember,
): Promise<Taken> {
  const known = isKnown(user) && user.imported && user.managed_by === account_id ? user_id : null;
  if (!overwrite) return { outcome: 'unchanged', user_id: null };
  requireRole(importer.caller, 'ADMIN');
  const moved =
    person.role !== undefined &&
    (await roleMoved(identity, asking, { account_id, user_id, role: before }, person.role));
  const granted = await grantWantedRoles(identity, asking, importer, user_id, roles);
  return { outcome: moved || granted > 0 ? 'changed' : 'unchanged', user_id: known };
}

/** Whether this row changed the role, now or in an earlier try. One that is as it is wanted is not touched. */
async function roleMoved(
  identity: Identity,
  asking: Asking,
  { account_id, user_id, role }: Omit<KnownMember, 'user'>,
  wanted: BuiltInRole,
): Promise<boolean> {
  if (role !== wanted) return (await giveRole(identity, asking, { account_id, user_id }, wanted)).events.length > 0;
  const { kind } = await identity.store.execute(memberships, membershipId(account_id, user_id), {
    ...commandIn(asking, account_id),
    decide: () => [],
  });
  return kind === 'replayed';
}
