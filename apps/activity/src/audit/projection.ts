import { setImmediate as nextTurn } from 'node:timers/promises';
import { allEvents, type EventContract } from '@annals/contracts';
import { changesOf, type StoredEvent } from '@annals/event-store';
import { type Projection, setTenant, tenantTable, type Tx } from '@annals/postgres';
import { accountOf, byAccount } from '../log/by-account.js';
import { monthlyPartitions } from '../log/months.js';
import { appendKept, keptLeavesTables, readKeptLeaves, restoreKept } from '../retention/kept-leaves.js';
import { auditColumns, auditFacts, type AuditFacts, type AuditRow } from './audit-row.js';
import { insertEntries } from './insert-entries.js';
import { readLastValues, writeLastValues } from './last-values.js';
import { readLogs, writeLogs, writeTiles } from './ledger-rows.js';
import { append, emptyLog, type Tile } from './log-state.js';

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
  version: 4,
  categories: [...new Set(allEvents.map((contract) => contract.category))],
  open: false,
  tables: (schema) => `
    create table ${schema}.audit_entries (
      account_id uuid not null,
      ${Object.entries(auditColumns)
        .map(([name, type]) => `${name} ${type}`)
        .join(',\n      ')},
      primary key (account_id, seq, occurred_at)
    ) partition by range (occurred_at);
    ${tenantTable(`${schema}.audit_entries`)}
    ${monthlyPartitions(schema, 'audit_entries')}
    create table ${schema}.audit_tiles (
      account_id uuid not null,
      level int not null,
      idx bigint not null,
      hash bytea not null,
      primary key (account_id, level, idx)
    );
    comment on table ${schema}.audit_tiles is 'roots of complete subtrees of the levels 8, 16, 24 …, from which proofs are made';
    ${tenantTable(`${schema}.audit_tiles`)}
    create table ${schema}.logs (
      log uuid primary key,
      size bigint not null,
      peaks bytea[] not null,
      last_hash bytea not null
    );
    comment on table ${schema}.logs is 'where the log of each account stands; of all accounts, for it holds ids and hashes only';
    create table ${schema}.last_values (stream text primary key, fields json not null);
    comment on table ${schema}.last_values is 'what the fields of each stream''s entities were last set to, sealed as in the event; never shown';
    ${keptLeavesTables}
  `,
  // For what is asked often and leaves few entries; other filters sift the entries of a log by their places.
  indexes: (schema) => `
    create index if not exists audit_by_id on ${schema}.audit_entries (account_id, id);
    create index if not exists audit_by_entity on ${schema}.audit_entries (account_id, entity_id, seq);
    create index if not exists audit_by_actor on ${schema}.audit_entries (account_id, actor_user_id, seq);
    create index if not exists audit_by_type on ${schema}.audit_entries (account_id, event_type, seq);
    create index if not exists audit_by_session on ${schema}.audit_entries (account_id, session_id, seq);
    create index if not exists audit_by_elevation on ${schema}.audit_entries (account_id, elevation_id)
      where elevation_id is not null;
    create index if not exists audit_by_correlation on ${schema}.audit_entries (account_id, correlation_id);
    create index if not exists audit_by_request on ${schema}.audit_entries (account_id, request_id);
    create index if not exists audit_by_outcome on ${schema}.audit_entries (account_id, seq) where outcome <> 'success';
    analyze ${schema}.audit_entries;
  `,
  on: {},
  accountOf: () => null,
  batch: project,
};

/** PostgreSQL inserts so many while the next are made. They leave in a turn of the event loop between. */
const rowsAtOnce = 250;

async function project(tx: Tx, events: readonly StoredEvent[]): Promise<void> {
  const accounts = [...new Set(events.map((event) => accountOf(event)))];
  const streams = [...new Set(events.map((event) => event.stream))];
  const [last, logs, kept] = await Promise.all([
    readLastValues(tx, streams),
    readLogs(tx, accounts),
    readKeptLeaves(tx, accounts),
  ]);
  const facts = events.map((event): AuditFacts => {
    const contract = contracts.get(event.type);
    if (!contract) throw new Error(`No contract for event ${event.type}`);
    const { changes, last: next } = changesOf(event, contract, last.get(event.stream) ?? {});
    last.set(event.stream, next);
    return auditFacts(event, contract, changes, accountOf(event));
  });
  const sent = sending();
  for (const [accountId, group] of byAccount(facts, (fact) => fact.account_id)) {
    const tiles: Tile[] = [];
    const restored: string[] = [];
    const complete = (tile: Tile) => void tiles.push(tile);
    const passed = (seq: string) => void restored.push(seq);
    let log = logs.get(accountId) ?? emptyLog;
    let rows: AuditRow[] = [];
    sent.send(setTenant(tx, accountId));
    for (const fact of group) {
      const named = { log: accountId, eventId: fact.id };
      if (kept.has(accountId)) log = await appendKept(tx, kept, named, log, complete, passed);
      const { row, state } = append(log, fact, complete);
      log = state;
      rows.push(row);
      if (rows.length < rowsAtOnce) continue;
      sent.send(insertEntries(tx, accountId, rows));
      rows = [];
      await nextTurn();
    }
    sent.send(insertEntries(tx, accountId, rows));
    sent.send(restoreKept(tx, accountId, restored));
    sent.send(writeTiles(tx, accountId, tiles));
    logs.set(accountId, log);
  }
  await Promise.all([sent.answered(), writeLastValues(tx, last), writeLogs(tx, logs)]);
  await setTenant(tx, null);
}

/** Statements that are sent without waiting for each other and answered in order: all accounts take one round trip. */
function sending() {
  const sent: Promise<void>[] = [];
  return {
    send(statement: Promise<void>) {
      // Whoever waits for all of them hears of a failure; until then it must not count as unheard.
      statement.catch(() => undefined);
      sent.push(statement);
    },
    answered: () => Promise.all(sent),
  };
}
