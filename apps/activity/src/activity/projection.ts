import { allEvents, type EventContract } from '@annals/contracts';
import { type StoredEvent } from '@annals/event-store';
import { notify, type Projection, tenantTable, type Tx } from '@annals/postgres';
import { accountOf } from '../log/by-account.js';
import { insertRows } from '../log/insert-rows.js';
import { monthlyPartitions } from '../log/months.js';
import { forgetSwept } from '../retention/forget-swept.js';
import { activityColumns, activityRows } from './activity-row.js';

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
      ${Object.entries(activityColumns)
        .map(([name, type]) => `${name} ${type}`)
        .join(',\n      ')},
      primary key (account_id, user_id, commit_pos, prepare_pos, idx, recorded_at)
    ) partition by range (recorded_at);
    create index on ${schema}.activity_entries (account_id, commit_pos, prepare_pos, idx);
    create index on ${schema}.activity_entries (account_id, user_id, type, commit_pos, prepare_pos, idx);
    ${tenantTable(`${schema}.activity_entries`)}
    ${monthlyPartitions(schema, 'activity_entries')}
  `,
  on: {},
  accountOf,
  batch: project,
};

/** All events are of one account, whose scope is set. */
async function project(tx: Tx, events: readonly StoredEvent[]): Promise<void> {
  const [first] = events;
  if (!first) return;
  const accountId = accountOf(first);
  const rows = events.flatMap((event) => {
    const contract = contracts.get(event.type);
    if (!contract) throw new Error(`No contract for event ${event.type}`);
    return activityRows(event, contract, accountId);
  });
  await Promise.all([
    insertRows(tx, 'activity_entries', activityColumns, accountId, rows),
    // Told at commit, so that whoever is woken finds the rows.
    rows.length > 0 ? notify(tx, newEntriesChannel, accountId) : undefined,
    forgetSwept(tx, events, { class: 'activity', table: 'activity_entries', at: 'recorded_at' }),
  ]);
}
