import { allEvents } from '@annals/contracts';
import { type StoredEvent } from '@annals/event-store';
import { type Projection, tenantTable, type Tx } from '@annals/postgres';
import { memberOf } from '../analytics/member.js';
import { decisionsIn } from '../consent/decisions.js';
import { readSilences, silenceColumns, writeSilences } from '../consent/silences.js';
import { accountOfRows, betweenErasures } from '../erasure/erased.js';
import { noAccount } from '../log/by-account.js';
import { erasePresence } from './erase-presence.js';
import { presentDays, quartersOfDay, writeDays } from './present-days.js';

/** Where its tables are. */
export const presenceLog = { name: 'presence', version: 2 } as const;
/** Who is not counted. */
const refusals = { table: 'refusals', person: 'member', type: 'bytea' } as const;

/**
 * In which quarter hours each person did something themselves, by day (UTC): one bit each, the first of the day first.
 * People are pseudonyms. Who refuses to be counted, and whom the account may not process, is not counted from then on. Values stay sealed, so what a client
 * tells counts when it arrives, whatever its clock says, and the rows are the same when people have been erased.
 */
export const presenceProjection = (secret: Uint8Array): Projection => ({
  ...presenceLog,
  categories: [...new Set(allEvents.map((contract) => contract.category))],
  open: false,
  tables: (schema) => `
    create table ${schema}.presence (
      account_id uuid not null,
      member bytea not null,
      day date not null,
      quarters bit(${quartersOfDay}) not null,
      primary key (account_id, member, day)
    );
    create index on ${schema}.presence (account_id, day);
    ${tenantTable(`${schema}.presence`)}
    create table ${schema}.members (
      account_id uuid not null,
      member bytea not null,
      first_seen timestamptz not null,
      primary key (account_id, member)
    );
    ${tenantTable(`${schema}.members`)}
    create table ${schema}.refusals ${silenceColumns(refusals)};
    ${tenantTable(`${schema}.refusals`)}
  `,
  on: {},
  accountOf: accountOfRows,
  batch: (tx, events) =>
    betweenErasures(
      events,
      (some) => project(tx, some, secret),
      ({ accountId, userId }) => erasePresence(tx, accountId, memberOf(secret, accountId, userId)),
    ),
});

/** All events are of one account, whose scope is set. */
async function project(tx: Tx, events: readonly StoredEvent[], secret: Uint8Array): Promise<void> {
  const accountId = events[0] ? accountOfRows(events[0]) : noAccount;
  if (accountId === noAccount) return;
  const pseudonymOf = pseudonyms(secret, accountId);
  const told = events.map((event) => ({
    ...{ event, member: memberBehind(event, pseudonymOf) },
    decisions: decisionsIn(event).filter(({ why }) => why !== 'tracking'),
  }));
  const silent = await readSilences(tx, refusals, accountId, [...new Set(told.flatMap(({ member }) => member ?? []))]);
  const days = presentDays();
  for (const { event, member, decisions } of told) {
    for (const decided of decisions) silent.decide(pseudonymOf(decided.userId), decided);
    if (member !== null && !silent.isSilent(member, 'counting', 'restricted')) {
      days.note(member, event.metadata.occurred_at);
    }
  }
  await Promise.all([writeDays(tx, accountId, days.all()), writeSilences(tx, refusals, accountId, silent)]);
}

/** Who did it, when it was one of the account's people: no service, and no super admin on a visit. */
function memberBehind({ metadata: { actor } }: StoredEvent, pseudonymOf: (user: string) => string): string | null {
  const visits = actor.elevation_id !== undefined;
  return actor.kind === 'user' && actor.user_id !== null && !visits ? pseudonymOf(actor.user_id) : null;
}

/** Most events of a batch are of the same few people. */
function pseudonyms(secret: Uint8Array, accountId: string): (userId: string) => string {
  const known = new Map<string, string>();
  return (userId) => {
    const member = known.get(userId) ?? memberOf(secret, accountId, userId);
    known.set(userId, member);
    return member;
  };
}
