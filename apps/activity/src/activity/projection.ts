import { allEvents, type EventContract } from '@annals/contracts';
import { type StoredEvent } from '@annals/event-store';
import { notify, type Projection, setTenant, tenantTable, type Tx } from '@annals/postgres';
import { accountOf, byAccount } from '../log/by-account.js';
import { monthlyPartitions } from '../log/months.js';
import { forgetSwept } from '../retention/forget-swept.js';
import { type ActivityLine, activityRows, lineColumns, originColumns, originOf } from './activity-row.js';
import { insertLines } from './insert-lines.js';

const contracts = new Map<string, EventContract>(allEvents.map((contract) => [contract.type, contract]));

/** Channel on which the account is named whose log has grown. */
export const newEntriesChannel = 'annals_activity';

/**
 * What each person did and what was done to their things: facts read from all streams, and facts told by clients.
 * Months go by arrival, since a client's own clock may say anything.
 */
export const activityLog: Projection = {
  name: 'activity_log',
  version: 2,
  categories: [...new Set(allEvents.map((contract) => contract.category))],
  tables: (schema) => `
    create table ${schema}.activity_entries (
      account_id uuid not null,
      ${Object.entries({ ...lineColumns, ...originColumns })
        .map(([name, type]) => `${name} ${type}`)
        .join(',\n      ')},
      idx bigint not null,
      primary key (account_id, user_id, commit_pos, prepare_pos, idx, recorded_at)
    ) partition by range (recorded_at);
    create index on ${schema}.activity_entries (account_id, commit_pos, prepare_pos, idx);
    create index on ${schema}.activity_entries (account_id, user_id, type, commit_pos, prepare_pos, idx);
    ${tenantTable(`${schema}.activity_entries`)}
    ${monthlyPartitions(schema, 'activity_entries')}
  `,
  on: {},
  accountOf: () => null,
  batch: project,
};

async function project(tx: Tx, events: readonly StoredEvent[]): Promise<void> {
  const sent: Promise<void>[] = [];
  for (const [accountId, group] of byAccount(events, accountOf)) {
    sent.push(setTenant(tx, accountId), ...projectAccount(tx, accountId, group));
  }
  // Sent together, answered in order: one round trip, whatever the number of accounts.
  await Promise.all(sent);
  await setTenant(tx, null);
}

/** Sends all its statements before it returns: they belong to the account whose scope was set before. */
function projectAccount(tx: Tx, accountId: string, events: readonly StoredEvent[]): Promise<void>[] {
  const told = events
    .map((event) => ({ origin: originOf(event), lines: linesOf(event, accountId) }))
    .filter(({ lines }) => lines.length > 0);
  // Told at commit, so that whoever is woken finds the rows.
  const rows = told.length > 0 ? [insertLines(tx, accountId, told), notify(tx, newEntriesChannel, accountId)] : [];
  return [
    ...rows,
    forgetSwept(tx, events, { class: 'activity', table: 'activity_entries', at: 'recorded_at', person: 'user_id' }),
  ];
}

function linesOf(event: StoredEvent, accountId: string): ActivityLine[] {
  const contract = contracts.get(event.type);
  if (!contract) throw new Error(`No contract for event ${event.type}`);
  return activityRows(event, contract, accountId);
}
