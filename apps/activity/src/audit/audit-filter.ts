import { type AuditQuery } from '@annals/contracts';
import { type Conditions, conditions, containing } from '../log/conditions.js';

export type AuditFilter = Omit<AuditQuery, 'page' | 'limit' | 'sort_order' | 'cursor' | 'log'>;

/** The entries of one log that a filter asks for. */
export function auditConditions(accountId: string, filter: AuditFilter): Conditions {
  const where = conditions();
  where.add('account_id = ?', accountId);
  for (const [name, text] of Object.entries(tests)) {
    const value = filter[name as keyof AuditFilter];
    if (value !== undefined) where.add(text, inside.has(name) ? containing(String(value)) : value);
  }
  return where;
}

const tests: Record<keyof AuditFilter, string> = {
  entity: 'entity = ?',
  entity_id: 'entity_id = ?',
  action: 'action = ?',
  event_type: 'event_type = ?',
  stream: 'stream = ?',
  outcome: 'outcome = ?',
  actor: 'actor_user_id = ?',
  actor_kind: 'actor_kind = ?',
  principal: 'actor_principal = ?',
  on_behalf_of: 'on_behalf_of = ?',
  session_id: 'session_id = ?',
  elevation_id: 'elevation_id = ?',
  temporary_role: 'temporary_roles::jsonb @> to_jsonb(?::text)',
  transaction_id: 'transaction_id = ?',
  request_id: 'request_id = ?',
  correlation_id: 'correlation_id = ?',
  causation_id: 'causation_id = ?',
  command_id: 'command_id = ?',
  trace_id: 'trace_id = ?',
  reason: 'reason ilike ?',
  user_agent: 'user_agent ilike ?',
  from: 'occurred_at >= ?',
  to: 'occurred_at < ?',
  from_seq: 'seq >= ?',
  to_seq: 'seq < ?',
};

/** Filters that find their text anywhere. */
const inside: ReadonlySet<string> = new Set(['reason', 'user_agent']);
