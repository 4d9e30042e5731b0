import { SubjectErased, type SubjectErasedEvent } from '@annals/contracts';
import { type StoredEvent } from '@annals/event-store';
import { accountOf, noAccount } from '../log/by-account.js';

/** Somebody of whom nothing is kept any more in an account; in {@link noAccount}, of what belongs to none. */
export interface ErasedPerson {
  accountId: string;
  userId: string;
}

/** Who was erased where, if that is what an event tells. */
export function erasedPerson({ type, data }: StoredEvent): ErasedPerson | null {
  if (type !== SubjectErased.type) return null;
  const { account_id, user_id } = data as SubjectErasedEvent['data'];
  return { accountId: account_id ?? noAccount, userId: user_id };
}

/** Account in whose rows an event counts: an erasure in the one that it is about, whoever carried it out. */
export const accountOfRows = (event: StoredEvent): string => erasedPerson(event)?.accountId ?? accountOf(event);

/**
 * Projects events up to each erasure, lets it take what was made, and goes on: what came before is gone and what comes
 * after stays, wherever a batch happens to end.
 */
export async function betweenErasures(
  events: readonly StoredEvent[],
  project: (events: readonly StoredEvent[]) => Promise<void>,
  erase: (who: ErasedPerson) => Promise<void>,
): Promise<void> {
  let from = 0;
  for (const [index, event] of events.entries()) {
    const who = erasedPerson(event);
    if (!who) continue;
    await project(events.slice(from, index + 1));
    await erase(who);
    from = index + 1;
  }
  if (from < events.length) await project(events.slice(from));
}
