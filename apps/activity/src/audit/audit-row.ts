import { type EventContract } from '@annals/contracts';
import { type KeptChange, type StoredEvent } from '@annals/event-store';
import { type Hash } from '@annals/ledger';
import { type Columns } from '../log/insert-rows.js';

/** What one event tells auditors, before it has a place in a log. */
export interface AuditFacts {
  account_id: string;
  id: string;
  occurred_at: Date;
  commit_pos: string;
  prepare_pos: string;
  stream: string;
  revision: string;
  entity: string;
  entity_id: string;
  action: string;
  event_type: string;
  changes: Readonly<Record<string, KeptChange>>;
  actor_kind: string;
  actor_user_id: string | null;
  actor_principal: string | null;
  on_behalf_of: string | null;
  session_id: string | null;
  ip_sealed: string | null;
  user_agent: string | null;
  transaction_id: string;
  request_id: string;
  correlation_id: string;
  causation_id: string;
  command_id: string;
  trace_id: string | null;
  reason: string | null;
  outcome: string;
  temporary_roles: readonly string[];
  elevation_id: string | null;
}

/** One row of `audit_entries`, as PostgreSQL gives it back: bigints as text, bytea as bytes, json as values. */
export interface AuditRow extends AuditFacts {
  /** Place in the log of its account, from 0, without gaps. */
  seq: string;
  /** Hash of the entry before it in the same log. */
  prev_hash: Hash;
  hash: Hash;
}

/** Columns beside `account_id`. `changes` is json and not jsonb: json keeps any text a client may send, jsonb refuses some. */
export const auditColumns: Columns<Omit<AuditRow, 'account_id'>> = {
  seq: 'bigint',
  prev_hash: 'bytea',
  hash: 'bytea',
  id: 'uuid',
  occurred_at: 'timestamptz',
  commit_pos: 'bigint',
  prepare_pos: 'bigint',
  stream: 'text',
  revision: 'bigint',
  entity: 'text',
  entity_id: 'text',
  action: 'text',
  event_type: 'text',
  changes: 'json',
  actor_kind: 'text',
  actor_user_id: 'text',
  actor_principal: 'text',
  on_behalf_of: 'text',
  session_id: 'text',
  ip_sealed: 'text',
  user_agent: 'text',
  transaction_id: 'text',
  request_id: 'text',
  correlation_id: 'text',
  causation_id: 'text',
  command_id: 'text',
  trace_id: 'text',
  reason: 'text',
  outcome: 'text',
  temporary_roles: 'json',
  elevation_id: 'text',
};

/** What an event whose changes are known tells auditors. */
export function auditFacts(
  event: StoredEvent,
  { audit }: Pick<EventContract, 'audit'>,
  changes: Readonly<Record<string, KeptChange>>,
  accountId: string,
): AuditFacts {
  const { metadata, data, position } = event;
  const { actor, client } = metadata;
  return {
    account_id: accountId,
    id: event.id,
    occurred_at: new Date(metadata.occurred_at),
    commit_pos: String(position.commit),
    prepare_pos: String(position.prepare),
    stream: event.stream,
    revision: String(event.revision),
    entity: audit.entity,
    entity_id: entityIdOf(event.stream, accountId),
    action: audit.action,
    event_type: event.type,
    changes,
    actor_kind: actor.kind,
    actor_user_id: actor.user_id,
    actor_principal: actor.principal ?? null,
    on_behalf_of: actor.on_behalf_of,
    session_id: actor.session_id,
    ip_sealed: client.ip,
    user_agent: client.user_agent && storable(client.user_agent),
    transaction_id: metadata.transaction_id,
    request_id: metadata.request_id,
    correlation_id: metadata.$correlationId,
    causation_id: metadata.$causationId,
    command_id: metadata.command_id,
    trace_id: metadata.traceparent?.split('-')[1] ?? null,
    reason: typeof data.reason === 'string' ? storable(data.reason) : null,
    outcome: audit.outcome ?? 'success',
    temporary_roles: actor.temporary_roles ?? [],
    elevation_id: actor.elevation_id ?? null,
  };
}

/**
 * PostgreSQL's text has no NUL, and UTF-8 no half of a pair; an event that holds one must not stop the log, and the hash
 * must cover what is stored.
 */
const storable = (text: string): string => text.replaceAll('\0', '\u{fffd}').toWellFormed();

/** What the stream is about: its name without category and without the account that owns it. */
export function entityIdOf(stream: string, accountId: string): string {
  const id = stream.slice(stream.indexOf('-') + 1);
  return id.startsWith(`${accountId}_`) ? id.slice(accountId.length + 1) : id;
}
