import { allEvents, type EventContract } from '@annals/contracts';
import { changesOf, type LastValues, type StoredEvent } from '@annals/event-store';
import { type Projection, setTenant, tenantTable, type Tx } from '@annals/postgres';
import { accountOf, byAccount } from '../log/by-account.js';
import { insertRows } from '../log/insert-rows.js';
import { monthlyPartitions } from '../log/months.js';
import { auditColumns, auditRow, type AuditRow } from './audit-row.js';

const contracts = new Map<string, EventContract>(allEvents.map((contract) => [contract.type, contract]));

/**
 * Every event of the house as one line for auditors. Reads values sealed and keeps them sealed: the rows hold no
 * personal data in clear, and what is erased stays erased when they are built anew.
 *
 * A batch is taken whole and not account by account (`accountOf` null), because a stream that several accounts take
 * part in has one history: split by account, its old values would depend on where a batch happened to end. The rows
 * themselves are written in the scope of their account.
 */
export const auditLog: Projection = {
  name: 'audit_log',
  version: 3,
  categories: [...new Set(allEvents.map((contract) => contract.category))],
  open: false,
  tables: (schema) => `
    create table ${schema}.audit_entries (
      account_id uuid not null,
      ${Object.entries(auditColumns)
        .map(([name, type]) => `${name} ${type}`)
        .join(',\n      ')},
      idx int not null default 0,
      primary key (account_id, id, occurred_at)
    ) partition by range (occurred_at);
    create index on ${schema}.audit_entries (account_id, commit_pos, prepare_pos, idx);
    create index on ${schema}.audit_entries (account_id, entity_id, commit_pos);
    create index on ${schema}.audit_entries (account_id, actor_user_id, commit_pos);
    create index on ${schema}.audit_entries (account_id, event_type, commit_pos);
    create index on ${schema}.audit_entries (account_id, request_id);
    create index on ${schema}.audit_entries (account_id, commit_pos) where outcome = 'denied';
    ${tenantTable(`${schema}.audit_entries`)}
    ${monthlyPartitions(schema, 'audit_entries')}
    create table ${schema}.last_values (stream text primary key, fields json not null);
    comment on table ${schema}.last_values is 'what the fields of each stream''s entities were last set to, sealed as in the event; never shown';
  `,
  on: {},
  accountOf: () => null,
  batch: project,
};

interface Entry {
  accountId: string;
  row: AuditRow;
}

async function project(tx: Tx, events: readonly StoredEvent[]): Promise<void> {
  const streams = [...new Set(events.map((event) => event.stream))];
  const last = await readLastValues(tx, streams);
  const entries = events.map((event): Entry => {
    const contract = contracts.get(event.type);
    if (!contract) throw new Error(`No contract for event ${event.type}`);
    const { changes, last: next } = changesOf(event, contract, last.get(event.stream) ?? {});
    last.set(event.stream, next);
    const accountId = accountOf(event);
    return { accountId, row: auditRow(event, contract, changes, accountId) };
  });
  const writes = [writeLastValues(tx, last)];
  for (const [accountId, group] of byAccount(entries, (entry) => entry.accountId)) {
    const rows = group.map(({ row }) => row);
    writes.push(setTenant(tx, accountId), insertRows(tx, 'audit_entries', auditColumns, accountId, rows));
  }
  // Sent together, answered in order: one round trip, whatever the number of accounts.
  await Promise.all(writes);
  await setTenant(tx, null);
}

async function readLastValues(tx: Tx, streams: readonly string[]): Promise<Map<string, LastValues>> {
  const { rows } = await tx.query<{ stream: string; fields: LastValues }>(
    'select stream, fields from last_values where stream = any($1)',
    [streams],
  );
  return new Map(rows.map(({ stream, fields }) => [stream, fields]));
}

/** A stream whose fields all ended is forgotten, so the table grows with what lives and not with what ever lived. */
async function writeLastValues(tx: Tx, last: ReadonlyMap<string, LastValues>): Promise<void> {
  const ended = [...last].filter(([, fields]) => Object.keys(fields).length === 0).map(([stream]) => stream);
  const living = [...last].filter(([, fields]) => Object.keys(fields).length > 0);
  await Promise.all([
    tx.query('delete from last_values where stream = any($1)', [ended]),
    tx.query(
      `insert into last_values (stream, fields)
       select u.stream, u.fields::json from unnest($1::text[], $2::text[]) as u(stream, fields)
       on conflict (stream) do update set fields = excluded.fields`,
      [living.map(([stream]) => stream), living.map(([, fields]) => JSON.stringify(fields))],
    ),
  ]);
}
