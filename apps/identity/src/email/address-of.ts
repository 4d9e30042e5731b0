import type { EventStore } from '@annals/event-store';
import { readPerson } from '../user/read-person.js';

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
  if (before === 0n) return null;
  const person = await readPerson(store, userId, before === undefined ? undefined : before - 1n);
  return person?.email && person.name ? { email: person.email, name: person.name } : null;
}

/** Where mail reaches a person; null once the person was erased. */
export async function addressOf(store: EventStore, userId: string, before?: bigint): Promise<string | null> {
  return (await addresseeOf(store, userId, before))?.email ?? null;
}
