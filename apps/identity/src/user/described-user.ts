import type { UserEvent } from '@annals/contracts';
import { isErased, type Aggregate } from '@annals/event-store';
import { users, type User } from './user.js';

/** A person with what administrators say about them: for the one decision that compares it with what is new. */
export interface DescribedUser {
  user: User;
  /** Null before the person is known and once they were erased. */
  name: string | null;
  profile_image: string | null;
}

/** Every event that changes one of these has it in a field of the same name. */
export function evolveDescribedUser(described: DescribedUser, event: UserEvent): DescribedUser {
  const data: Readonly<Record<string, unknown>> = event.data;
  const { name, profile_image } = data;
  return {
    user: users.evolve(described.user, event),
    name: name === undefined ? described.name : readable(name),
    profile_image: profile_image === undefined ? described.profile_image : readable(profile_image),
  };
}

const readable = (value: unknown) => (isErased(value) ? null : (value as string | null));

export const describedUsers: Aggregate<DescribedUser> = {
  category: users.category,
  initial: { user: users.initial, name: null, profile_image: null },
  evolve: evolveDescribedUser,
};
