import type { CurrentUserContext, UserEvent } from '@annals/contracts';
import { written, type Reply } from '@annals/service';
import type { Outcome } from '@annals/event-store';
import type { Asking } from '../asking.js';
import type { Identity } from '../identity.js';
import { seatEverywhere, shutOut, stepDown, type ShutOut } from './bar-person.js';
import { shownUser } from './get-user.js';
import { personToManage, refuseOwnUser, type Managed } from './person-to-manage.js';
import { readPerson } from './read-person.js';
import { users, type User } from './user.js';

/** A request of an administrator about a person. */
export interface ManagingAsk extends Asking {
  context: CurrentUserContext;
  /** Revision that the caller saw. */
  ifMatch?: bigint;
}

/** What a change does to where the person may come in: nothing, in again, or out and why. */
export type Standing = 'same' | 'in' | ShutOut;

/**
 * Changes whether a person may come in, on the word of an administrator: the checks, the fact, and what follows from it
 * before the answer. Should the process die in between, a reactor on the fact does what is left.
 * @throws Problem as `personToManage` and `decide`; 409 `own-user`, `last-admin`, 412 `stale-revision`
 */
export async function changeStanding(
  identity: Identity,
  asking: ManagingAsk,
  userId: string,
  standing: Standing,
  decide: (user: User) => readonly UserEvent[],
): Promise<Reply> {
  const managed = await managedFor(identity, asking, userId, standing);
  const outcome = await identity.store.execute(users, userId, { ...managingCommand(asking, managed), decide });
  await followStanding(identity, asking, managed, standing, outcome);
  return shownAfter(identity, managed, outcome);
}

/** The person, once it is clear that the caller may do this and that every account keeps somebody who runs it. */
export async function managedFor(
  identity: Identity,
  asking: ManagingAsk,
  userId: string,
  standing: Standing,
): Promise<Managed> {
  const out = standing !== 'same' && standing !== 'in';
  if (out) refuseOwnUser(asking.context, userId);
  const managed = await personToManage(identity, asking.context, userId);
  if (out) await stepDown(identity, asking, managed.accountId, userId);
  return managed;
}

export function managingCommand({ commandId, commandHash, context, now, ifMatch }: ManagingAsk, managed: Managed) {
  return {
    ...{ id: commandId, context, now, accountId: managed.accountId },
    ...(commandHash === undefined ? {} : { hash: commandHash }),
    ...(ifMatch === undefined ? {} : { expectedRevision: ifMatch }),
  };
}

/** What has to be true before the answer is given. */
export async function followStanding(
  identity: Identity,
  asking: ManagingAsk,
  { accountId, user }: Managed,
  standing: Standing,
  { kind, events }: Outcome<unknown>,
): Promise<void> {
  const { user_id } = user;
  if (standing === 'same') return;
  if (standing === 'in') return seatEverywhere(identity, asking, accountId, user_id);
  const fact = events.at(-1);
  // A repeated request ends nothing that began after the first: the person may have been let in again since.
  const startedBy = kind === 'replayed' ? fact?.metadata.occurred_at : undefined;
  await shutOut(identity, asking, user_id, standing, fact?.id ?? asking.commandId, startedBy);
}

/** The person as they are after the command, in the account that asks. */
export async function shownAfter(identity: Identity, managed: Managed, outcome: Outcome<unknown>): Promise<Reply> {
  const { accountId: account_id, user, role } = managed;
  const person = await readPerson(identity.store, user.user_id, outcome.revision ?? undefined);
  const body = await shownUser(identity, person!, [{ account_id, role }]);
  return written(outcome, () => body);
}
