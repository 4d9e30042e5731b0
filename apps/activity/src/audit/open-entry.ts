import { type AuditEntry } from '@annals/contracts';
import { encodePosition, type EventStore, openChanges } from '@annals/event-store';
import { openAddress } from '../log/open-address.js';
import { type AuditRow } from './audit-row.js';

type Opener = Pick<EventStore, 'openField'>;

/** The entry as an auditor reads it: sealed values are opened now, those of erased persons read `{"erased": true}`. */
export async function openEntry(store: Opener, row: AuditRow): Promise<AuditEntry> {
  const [changes, ip_address] = await Promise.all([
    openChanges(store, row.stream, row.changes),
    openAddress(store, {
      ...{ stream: row.stream, event_id: row.id },
      ...{ subject: row.actor_user_id, sealed: row.ip_sealed },
    }),
  ]);
  return {
    id: row.id,
    account_id: row.account_id,
    entity: row.entity,
    entity_id: row.entity_id,
    action: row.action as AuditEntry['action'],
    event_type: row.event_type,
    changes,
    actor: {
      kind: row.actor_kind as AuditEntry['actor']['kind'],
      user_id: row.actor_user_id,
      principal: row.actor_principal,
      on_behalf_of: row.on_behalf_of,
    },
    session_id: row.session_id,
    ip_address,
    user_agent: row.user_agent,
    transaction_id: row.transaction_id,
    request_id: row.request_id,
    correlation_id: row.correlation_id,
    causation_id: row.causation_id,
    command_id: row.command_id,
    trace_id: row.trace_id,
    reason: row.reason,
    outcome: row.outcome as AuditEntry['outcome'],
    temporary_roles: [...row.temporary_roles],
    elevation_id: row.elevation_id,
    occurred_at: row.occurred_at.toISOString(),
    stream: row.stream,
    revision: row.revision,
    position: encodePosition({ commit: BigInt(row.commit_pos), prepare: BigInt(row.prepare_pos) }),
    seq: Number(row.seq),
    prev_hash: row.prev_hash.toString('hex'),
    hash: row.hash.toString('hex'),
  };
}
