import { type Link } from '@annals/ledger';
import { type AuditRow } from './audit-row.js';

/** The entry as its hash covers it: values sealed as in the event, without the store's own positions. */
export type CanonicalEntry = Link & Readonly<Record<string, unknown>>;

/**
 * What the hash of an entry is over, in the form of RFC 8785; a line of an export is this and `hash`. It must not change
 * for entries that exist: another form takes another `v`. Members stand in the order of that form, which then costs least.
 */
export function canonicalEntry(row: Omit<AuditRow, 'hash'>): CanonicalEntry {
  return {
    account_id: row.account_id,
    action: row.action,
    actor_kind: row.actor_kind,
    actor_principal: row.actor_principal,
    actor_user_id: row.actor_user_id,
    causation_id: row.causation_id,
    changes: row.changes,
    command_id: row.command_id,
    correlation_id: row.correlation_id,
    elevation_id: row.elevation_id,
    entity: row.entity,
    entity_id: row.entity_id,
    event_type: row.event_type,
    id: row.id,
    ip_sealed: row.ip_sealed,
    occurred_at: row.occurred_at.toISOString(),
    on_behalf_of: row.on_behalf_of,
    outcome: row.outcome,
    prev_hash: row.prev_hash.toString('hex'),
    reason: row.reason,
    request_id: row.request_id,
    revision: row.revision,
    seq: Number(row.seq),
    session_id: row.session_id,
    stream: row.stream,
    temporary_roles: row.temporary_roles,
    trace_id: row.trace_id,
    transaction_id: row.transaction_id,
    user_agent: row.user_agent,
    v: 1,
  };
}
