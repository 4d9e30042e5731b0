import { type Link } from '@annals/ledger';
import { type AuditRow } from './audit-row.js';

/** The entry as its hash covers it: values sealed as in the event, without the store's own positions. */
export type CanonicalEntry = Link & Readonly<Record<string, unknown>>;

/**
 * What the hash of an entry is over, in the form of RFC 8785; a line of an export is this and `hash`. It must not change
 * for entries that exist: another form takes another `v`.
 */
export function canonicalEntry(row: Omit<AuditRow, 'hash'>): CanonicalEntry {
  return {
    v: 1,
    seq: Number(row.seq),
    prev_hash: row.prev_hash.toString('hex'),
    account_id: row.account_id,
    id: row.id,
    occurred_at: row.occurred_at.toISOString(),
    stream: row.stream,
    revision: row.revision,
    entity: row.entity,
    entity_id: row.entity_id,
    action: row.action,
    event_type: row.event_type,
    changes: row.changes,
    actor_kind: row.actor_kind,
    actor_user_id: row.actor_user_id,
    actor_principal: row.actor_principal,
    on_behalf_of: row.on_behalf_of,
    session_id: row.session_id,
    ip_sealed: row.ip_sealed,
    user_agent: row.user_agent,
    transaction_id: row.transaction_id,
    request_id: row.request_id,
    correlation_id: row.correlation_id,
    causation_id: row.causation_id,
    command_id: row.command_id,
    trace_id: row.trace_id,
    reason: row.reason,
    outcome: row.outcome,
    temporary_roles: row.temporary_roles,
    elevation_id: row.elevation_id,
  };
}
