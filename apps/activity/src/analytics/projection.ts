import { allEvents } from '@annals/contracts';
import { type StoredEvent } from '@annals/event-store';
import { type Projection, setTenant, type Tx } from '@annals/postgres';
import { type Decided, decisionsIn } from '../consent/decisions.js';
import { silences, writeSilences } from '../consent/silences.js';
import { betweenErasures } from '../erasure/erased.js';
import { accountOf, byAccount } from '../log/by-account.js';
import { count, noCounts } from './count-doings.js';
import { type Doing, doingsOf } from './doings.js';
import { eraseCounts } from './erase-counts.js';
import { memberOf } from './member.js';
import { uncounted, usageModel, usageTables } from './tables.js';
import { readUncounted, writeCounts } from './write-counts.js';

/**
 * How much people do, counted by quarter hour. Holds no ids and no addresses of people; a person stands in it by a
 * pseudonym that is made with `secret`. Who says no to it, and whom the account may not process, is not counted from then on.
 */
export const usage = (secret: Uint8Array): Projection => ({
  ...usageModel,
  categories: [...new Set(allEvents.map((contract) => contract.category))],
  tables: usageTables,
  on: {},
  // A batch is taken whole, so that reading and writing cost two round trips whatever the number of accounts.
  accountOf: () => null,
  batch: (tx, events) =>
    betweenErasures(
      events,
      (some) => project(tx, secret, some),
      async ({ accountId, userId }) => {
        await setTenant(tx, accountId);
        await eraseCounts(tx, accountId, memberOf(secret, accountId, userId));
        await setTenant(tx, null);
      },
    ),
});

/** A person of an account who decides about being counted, or of whom it is decided, or who does something. */
interface Step {
  accountId: string;
  member: string;
  decided?: Decided;
  doing?: Doing;
}

type Pseudonym = (accountId: string, userId: string) => string;

function stepsOf(event: StoredEvent, pseudonym: Pseudonym): Step[] {
  const accountId = accountOf(event);
  const doings = doingsOf(event).map((doing): Step => ({
    accountId,
    member: pseudonym(accountId, doing.userId),
    doing,
  }));
  // The decision comes first: saying no is not counted any more.
  const decisions = decisionsIn(event)
    .filter(({ why }) => why !== 'tracking')
    .map((decided): Step => ({ accountId, member: pseudonym(accountId, decided.userId), decided }));
  return [...decisions, ...doings];
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
  const silent = await readUncounted(
    tx,
    [...steps].map(([accountId, ofAccount]) => [accountId, [...new Set(ofAccount.map(({ member }) => member))]]),
  );
  const writes: Promise<unknown>[] = [];
  for (const [accountId, ofAccount] of steps) {
    const counts = noCounts();
    const known = silent.get(accountId) ?? silences([]);
    for (const { member, decided, doing } of ofAccount) {
      if (decided) known.decide(member, decided);
      if (doing && !known.isSilent(member, 'counting', 'restricted')) count(counts, doing, member);
    }
    writes.push(
      setTenant(tx, accountId),
      writeCounts(tx, accountId, counts),
      writeSilences(tx, uncounted, accountId, known),
    );
  }
  await Promise.all(writes);
  await setTenant(tx, null);
}
