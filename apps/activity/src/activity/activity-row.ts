import { type EventContract, type TrackedFact } from '@annals/contracts';
import { isErased, type StoredEvent } from '@annals/event-store';
import { entityIdOf } from '../audit/audit-row.js';
import { type Columns } from '../log/insert-rows.js';
import { describeEvent } from './describe.js';
import { kindOf } from './device.js';

/** A line of somebody's activity log, as text for PostgreSQL. */
export interface ActivityLine {
  id: string;
  user_id: string;
  type: string;
  category: string;
  /** As an array literal. */
  tags: string;
  data: string;
  source: 'server' | 'client';
  occurred_at: string;
}

export const lineColumns: Columns<ActivityLine> = {
  id: 'uuid',
  user_id: 'uuid',
  type: 'text',
  category: 'text',
  tags: 'text[]',
  data: 'json',
  source: 'text',
  occurred_at: 'timestamptz',
};

/** What all lines of an event share. */
export interface LineOrigin {
  device: string | null;
  session_id: string | null;
  request_id: string;
  recorded_at: string;
  commit_pos: string;
  prepare_pos: string;
  /** With these the address opens, for as long as the person who acted is not erased. */
  event_id: string;
  stream: string;
  ip_subject: string | null;
  ip_sealed: string | null;
}

export const originColumns: Columns<LineOrigin> = {
  device: 'text',
  session_id: 'text',
  request_id: 'text',
  recorded_at: 'timestamptz',
  commit_pos: 'bigint',
  prepare_pos: 'bigint',
  event_id: 'uuid',
  stream: 'text',
  ip_subject: 'uuid',
  ip_sealed: 'text',
};

/** Streams that keep names unique; nobody did anything there that another event does not tell. */
const mechanical = new Set(['email', 'slug', 'accountname', 'domain', 'handle']);
/** Steps of something whose beginning and end are told. */
const steps = new Set([
  'ExportPartGathered',
  'ErasureKeysDestroyed',
  'ErasureCachesEvicted',
  'ErasureStepAcknowledged',
]);

/** Lines of somebody's activity log that an event makes: none, one, or one for each fact a client told. */
export function activityRows(event: StoredEvent, contract: EventContract, accountId: string): ActivityLine[] {
  if (mechanical.has(contract.category) || steps.has(event.type)) return [];
  if (event.type === 'ActivityTracked') return clientRows(event);
  const userId = personOf(event);
  if (userId === null) return [];
  const { type, category, tags } = describeEvent(event, contract.category, contract.audit.keys);
  const { actor, occurred_at } = event.metadata;
  const data = {
    entity: contract.audit.entity,
    entity_id: entityIdOf(event.stream, accountId),
    // Told only when somebody else did it.
    ...(actor.user_id !== null && actor.user_id !== userId ? { by: actor.user_id } : {}),
  };
  return [{ id: event.id, user_id: userId, type, category, ...texts(tags, data), source: 'server', occurred_at }];
}

/** Whose log it stands in: the person it is about, else whoever did it or had it done. */
function personOf({ data, metadata: { actor } }: StoredEvent): string | null {
  if (typeof data.user_id === 'string') return data.user_id;
  return actor.on_behalf_of ?? actor.user_id;
}

/** After the erasure of the person nothing is left of the facts, and no row comes back. */
function clientRows(event: StoredEvent): ActivityLine[] {
  if (isErased(event.data.facts)) return [];
  const user_id = String(event.data.user_id);
  return (event.data.facts as TrackedFact[]).map(({ id, type, category, tags, data, occurred_at }) => ({
    ...{ id, user_id, type, category, ...texts(tags, data), source: 'client', occurred_at },
  }));
}

export function originOf({ id, stream, metadata, position, recordedAt }: StoredEvent): LineOrigin {
  return {
    device: kindOf(metadata.client.user_agent),
    session_id: metadata.actor.session_id,
    request_id: metadata.request_id,
    recorded_at: recordedAt.toISOString(),
    commit_pos: String(position.commit),
    prepare_pos: String(position.prepare),
    event_id: id,
    stream,
    ip_subject: metadata.actor.user_id,
    ip_sealed: metadata.client.ip,
  };
}

/** Tags are words without quotes or commas (their contracts see to that), so the literal needs no escapes. */
function texts(tags: readonly string[], data: object): { tags: string; data: string } {
  return { tags: `{${tags.map((tag) => `"${tag}"`).join(',')}}`, data: JSON.stringify(data) };
}
