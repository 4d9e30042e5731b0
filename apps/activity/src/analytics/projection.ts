import { allEvents } from '@annals/contracts';
import { type StoredEvent } from '@annals/event-store';
import { type Projection, setTenant, type Tx } from '@annals/postgres';
import { accountOf, byAccount } from '../log/by-account.js';
import { count, noCounts } from './count-doings.js';
import { type Doing, doingsOf } from './doings.js';
import { memberOf } from './member.js';
import { usageModel, usageTables } from './tables.js';
import { readUncounted, writeCounts, writeUncounted } from './write-counts.js';

/**
 * How much people do, counted by quarter hour. Holds no ids and no addresses of people; a person stands in it by a
 * pseudonym that is made with `secret`. Who says no to activity tracking is not counted from then on.
 */
export const usage = (secret: Uint8Array): Projection => ({
  ...usageModel,
  categories: [...new Set(allEvents.map((contract) => contract.category))],
  tables: usageTables,
  on: {},
  // A batch is taken whole, so that reading and writing cost two round trips whatever the number of accounts.
  accountOf: () => null,
  batch: (tx, events) => project(tx, secret, events),
});

/** A person of an account who decides about being counted, or does something. */
interface Step {
  accountId: string;
  member: string;
  consents?: boolean;
  doing?: Doing;
}

type Pseudonym = (accountId: string, userId: string) => string;

function stepsOf(event: StoredEvent, pseudonym: Pseudonym): Step[] {
  const accountId = accountOf(event);
  const { user_id, activity_tracking } = event.data;
  const decides = event.type === 'ProfilePrivacyChanged' && typeof activity_tracking === 'boolean';
  const steps: Step[] = doingsOf(event).map((doing) => ({
    ...{ accountId, member: pseudonym(accountId, doing.userId), doing },
  }));
  // The decision comes first: saying no is not counted any more.
  return decides
    ? [{ accountId, member: pseudonym(accountId, String(user_id)), consents: activity_tracking }, ...steps]
    : steps;
}

/** Makes each pseudonym of a batch once: most of its events are of few people. */
function pseudonyms(secret: Uint8Array): Pseudonym {
  const made = new Map<string, string>();
  return (accountId, userId) => {
    const key = `${accountId} ${userId}`;
    const member = made.get(key) ?? memberOf(secret, accountId, userId);
    made.set(key, member);
    return member;
  };
}

async function project(tx: Tx, secret: Uint8Array, events: readonly StoredEvent[]): Promise<void> {
  const pseudonym = pseudonyms(secret);
  const steps = byAccount(
    events.flatMap((event) => stepsOf(event, pseudonym)),
    ({ accountId }) => accountId,
  );
  const uncounted = await readUncounted(
    tx,
    [...steps].map(([accountId, ofAccount]) => [accountId, [...new Set(ofAccount.map(({ member }) => member))]]),
  );
  const writes: Promise<unknown>[] = [];
  for (const [accountId, ofAccount] of steps) {
    const counts = noCounts();
    const changed = new Map<string, boolean>();
    const before = uncounted.get(accountId);
    for (const step of ofAccount) {
      if (step.consents !== undefined) changed.set(step.member, step.consents);
      const counted = changed.get(step.member) ?? !before?.has(step.member);
      if (counted && step.doing) count(counts, step.doing, step.member);
    }
    writes.push(setTenant(tx, accountId), writeCounts(tx, accountId, counts), writeUncounted(tx, accountId, changed));
  }
  await Promise.all(writes);
  await setTenant(tx, null);
}
