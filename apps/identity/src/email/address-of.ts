import { streamName, type EventStore } from '@annals/event-store';

/** What a person is called and where mail reaches them. */
export interface Addressee {
  email: string;
  name: string;
}

/**
 * Read from the events, because no fold keeps it in memory.
 * @param before revision of an event of the person's stream: how it was up to there
 * @returns null once the person was erased
 */
export async function addresseeOf(store: EventStore, userId: string, before?: bigint): Promise<Addressee | null> {
  let email: unknown;
  let name: unknown;
  if (before === 0n) return null;
  const range = before === undefined ? {} : { to: before - 1n };
  for await (const { data } of store.readStream(streamName('user', userId), range)) {
    // Every event that gives a person an address or a name has it in a field of this name.
    if ('email' in data) email = data.email;
    if (data.name !== undefined) name = data.name;
  }
  return typeof email === 'string' && typeof name === 'string' ? { email, name } : null;
}

/** Where mail reaches a person; null once the person was erased. */
export async function addressOf(store: EventStore, userId: string, before?: bigint): Promise<string | null> {
  return (await addresseeOf(store, userId, before))?.email ?? null;
}
