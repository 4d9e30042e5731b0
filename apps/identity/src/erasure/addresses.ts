import { streamName, type EventStore } from '@annals/event-store';
import { users } from '../user/user.js';

/** Addresses of a person by their keyed hashes; what they said is gone by the time that this is asked. */
export interface Addresses {
  /** All that were ever theirs, proven or not. */
  claimed: ReadonlySet<string>;
  /** Those among them of which they showed that they hold them: what went there was for them. */
  proven: ReadonlySet<string>;
  /** Ids of the mails that asked an address whether it is theirs. */
  asked: ReadonlySet<string>;
}

/** Read from the events of the person, where hashes stand open. */
export async function addressesOf(store: Pick<EventStore, 'readStream'>, userId: string): Promise<Addresses> {
  const [claimed, proven, asked] = [new Set<string>(), new Set<string>(), new Set<string>()];
  for await (const { id, type, data } of store.readStream(streamName(users.category, userId), { open: false })) {
    const hash = String(data.email_hash);
    if (type === 'UserRegistered' || type === 'EmailChanged') claimed.add(hash);
    if (type === 'EmailVerified' || type === 'EmailChanged') proven.add(hash);
    if (type === 'UserRegistered' && data.status === 'active') proven.add(hash);
    if (type === 'EmailChangeRequested') asked.add(id);
  }
  return { claimed, proven, asked };
}
