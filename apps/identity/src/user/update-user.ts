import { patchUserRoute, replaceUserRoute, type UserEvent } from '@annals/contracts';
import { mount, type Reply } from '@annals/service';
import type { Identity } from '../identity.js';
import {
  followStanding,
  managedFor,
  managingCommand,
  shownAfter,
  type ManagingAsk,
  type Standing,
} from './change-standing.js';
import { describedUsers, type DescribedUser } from './described-user.js';
import { disableUser, requireNotDeleted } from './disable-user.js';
import { enableUser } from './enable-user.js';

/** What an administrator says about a person; what is left out stays. */
export interface UpdateUser {
  name?: string | undefined;
  profile_image?: string | null | undefined;
  status?: 'active' | 'disabled' | undefined;
}

/** @throws Problem 404 `user-not-found`, 409 `user-deleted` */
export function updateUser(described: DescribedUser, command: UpdateUser): UserEvent[] {
  const { user_id } = requireNotDeleted(described.user);
  const name = changed(command.name, described.name);
  const profile_image = changed(command.profile_image, described.profile_image);
  const said = { ...(name === undefined ? {} : { name }), ...(profile_image === undefined ? {} : { profile_image }) };
  const updates: UserEvent[] =
    Object.keys(said).length === 0 ? [] : [{ type: 'UserUpdated', data: { user_id, ...said } }];
  return [...updates, ...standingEvents(described, command)];
}

const changed = <T>(wanted: T | undefined, present: T | null) => (wanted === present ? undefined : wanted);

function standingEvents({ user }: DescribedUser, { status }: UpdateUser): UserEvent[] {
  if (status === undefined) return [];
  return status === 'disabled' ? disableUser(user, { reason: null }) : enableUser(user);
}

const standingOf = (status: UpdateUser['status']): Standing =>
  status === undefined ? 'same' : status === 'disabled' ? 'user-disabled' : 'in';

async function update(identity: Identity, asking: ManagingAsk, userId: string, body: UpdateUser): Promise<Reply> {
  const standing = standingOf(body.status);
  const managed = await managedFor(identity, asking, userId, standing);
  const outcome = await identity.store.execute(describedUsers, userId, {
    ...managingCommand(asking, managed),
    decide: (described) => updateUser(described, body),
  });
  await followStanding(identity, asking, managed, standing, outcome);
  return shownAfter(identity, managed, outcome);
}

export const replaceUser = (identity: Identity) =>
  mount(replaceUserRoute, ({ params, body, ...asking }) => update(identity, asking, params.id, body));

export const patchUser = (identity: Identity) =>
  mount(patchUserRoute, ({ params, body, ...asking }) => update(identity, asking, params.id, body));
