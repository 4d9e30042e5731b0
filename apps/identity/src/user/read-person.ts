import { isErased, streamName, type EventStore, type StoredEvent } from '@annals/event-store';

/** A person as their events tell, with who did what when. Read when asked for: no cache has to forget it. */
export interface PersonRecord {
  id: string;
  /** Null once the person was erased. */
  email: string | null;
  name: string | null;
  profile_image: string | null;
  status: string;
  is_super_admin: boolean;
  created_at: string;
  created_by_id: string | null;
  updated_at: string;
  updated_by_id: string | null;
  deleted_at: string | null;
  deleted_by_id: string | null;
  revision: bigint;
}

/**
 * Reads a person afresh; a stream of theirs holds few events.
 * @param to revision to stop at: how they were after it
 * @returns null for somebody who never was, or whose registration was given up
 */
export async function readPerson(store: EventStore, userId: string, to?: bigint): Promise<PersonRecord | null> {
  let person: PersonRecord | null = null;
  for await (const event of store.readStream(streamName('user', userId), to === undefined ? {} : { to })) {
    person = event.type === 'UserRegistered' ? registered(event) : person && changed(person, event);
  }
  return person;
}

const text = (value: unknown) => (isErased(value) || value === undefined ? null : (value as string | null));

function registered({ data, metadata, revision }: StoredEvent): PersonRecord {
  const { occurred_at, actor } = metadata;
  return {
    ...{ id: String(data.user_id), status: String(data.status), is_super_admin: false, revision },
    ...{ email: text(data.email), name: text(data.name), profile_image: text(data.profile_image) },
    ...{ created_at: occurred_at, created_by_id: actor.user_id, updated_at: occurred_at, updated_by_id: actor.user_id },
    ...{ deleted_at: null, deleted_by_id: null },
  };
}

/** Every event that changes one of these has it in a field of the same name. */
function changed(before: PersonRecord, event: StoredEvent): PersonRecord {
  const { type, data, metadata, revision } = event;
  const said = (field: 'email' | 'name' | 'profile_image') =>
    field in data ? { [field]: text(data[field]) } : undefined;
  return {
    ...before,
    ...{ ...said('email'), ...said('name'), ...said('profile_image') },
    ...{ revision, updated_at: metadata.occurred_at, updated_by_id: metadata.actor.user_id },
    ...(type === 'SuperAdminGranted' ? { is_super_admin: true } : {}),
    ...(typeof data.status === 'string' ? { status: statusAfter(before.status, type, data.status) } : {}),
    ...(type === 'UserDeleted' ? { deleted_at: text(data.deleted_at), deleted_by_id: text(data.deleted_by_id) } : {}),
    ...(type === 'UserRestored' ? { deleted_at: null, deleted_by_id: null } : {}),
  };
}

/** A disabled or deleted person who proves an address stays what they are. */
const statusAfter = (before: string, type: string, said: string) =>
  type === 'EmailVerified' && before !== 'pending' ? before : said;
