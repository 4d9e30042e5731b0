import { allEvents } from '@annals/contracts';
import { type StoredEvent } from '@annals/event-store';
import { type Projection, tenantTable, type Tx } from '@annals/postgres';
import { memberOf } from '../analytics/member.js';
import { accountOf, noAccount } from '../log/by-account.js';
import { presentDays, quartersOfDay, writeDays } from './present-days.js';

/** Where its tables are. */
export const presenceLog = { name: 'presence', version: 1 } as const;

/**
 * In which quarter hours each person did something themselves, by day (UTC): one bit each, the first of the day first.
 * People are pseudonyms. Who refuses to be tracked is not counted from then on. Values stay sealed, so what a client
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
    create table ${schema}.refusals (account_id uuid not null, member bytea not null, primary key (account_id, member));
    ${tenantTable(`${schema}.refusals`)}
  `,
  on: {},
  accountOf,
  batch: (tx, events) => project(tx, events, secret),
});

/** All events are of one account, whose scope is set. */
async function project(tx: Tx, events: readonly StoredEvent[], secret: Uint8Array): Promise<void> {
  const accountId = events[0] ? accountOf(events[0]) : noAccount;
  if (accountId === noAccount) return;
  const pseudonymOf = pseudonyms(secret, accountId);
  const told = events.map((event) => ({ event, member: memberBehind(event, pseudonymOf) }));
  const refusing = await refusalsAmong(tx, [...new Set(told.flatMap(({ member }) => member ?? []))]);
  const decisions = new Map<string, boolean>();
  const days = presentDays();
  for (const { event, member } of told) {
    const { user_id, activity_tracking } = event.data;
    if (event.type === 'ProfilePrivacyChanged' && typeof activity_tracking === 'boolean') {
      const decider = pseudonymOf(String(user_id));
      decisions.set(decider, activity_tracking);
      if (activity_tracking) refusing.delete(decider);
      else refusing.add(decider);
    }
    if (member !== null && !refusing.has(member)) days.note(member, event.metadata.occurred_at);
  }
  await Promise.all([writeDays(tx, accountId, days.all()), writeDecisions(tx, accountId, decisions)]);
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

async function refusalsAmong(tx: Tx, members: readonly string[]): Promise<Set<string>> {
  const { rows } = await tx.query<{ member: string }>(
    'select member::text as member from refusals where member = any($1::bytea[])',
    [members],
  );
  return new Set(rows.map(({ member }) => member));
}

async function writeDecisions(tx: Tx, accountId: string, decisions: ReadonlyMap<string, boolean>): Promise<void> {
  if (decisions.size === 0) return;
  const of = (consents: boolean) =>
    [...decisions].filter(([, decided]) => decided === consents).map(([member]) => member);
  await Promise.all([
    tx.query('delete from refusals where member = any($1::bytea[])', [of(true)]),
    tx.query(
      `insert into refusals (account_id, member) select $1::uuid, u.member from unnest($2::bytea[]) as u(member)
       on conflict do nothing`,
      [accountId, of(false)],
    ),
  ]);
}
