import { Problem, type DomainEvent } from '@annals/contracts';
import { accountStream, type Aggregate } from '@annals/event-store';
import type { Identity } from '../identity.js';

/** Whether the data that somebody holds about a person was erased; the fact is written once and never taken back. */
const erasures: Aggregate<boolean> = {
  category: 'erased',
  initial: false,
  evolve: (_erased: boolean, { type }: DomainEvent) => type === 'SubjectErased',
};

/**
 * A file from before must not bring back what the account, or everybody, has erased.
 * @throws Problem 410 `subject-erased`
 */
export async function requireNotErased({ store }: Identity, accountId: string, userId: string): Promise<void> {
  const found = await Promise.all([
    store.load(erasures, userId),
    store.load(erasures, accountStream(accountId, userId)),
  ]);
  if (!found.some(({ state }) => state)) return;
  throw new Problem(410, 'subject-erased', 'What was known about this person was erased at their wish');
}
