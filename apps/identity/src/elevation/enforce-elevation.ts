import { ElevationEnded, ElevationStarted, type EventOf } from '@annals/contracts';
import type { StoredEvent } from '@annals/event-store';
import type { Pool } from '@annals/postgres';
import { revoke } from '../session/revocations.js';
import { noteEnd, noteStart } from './elevation-rows.js';

/** What has to follow the start: where it is, and that contexts of the session are derived again. Twice is once. */
export async function enforceStart(pool: Pool, event: StoredEvent): Promise<EventOf<typeof ElevationStarted>['data']> {
  const data = ElevationStarted.data.parse(event.data);
  const at = event.metadata.occurred_at;
  await noteStart(pool, data, at);
  await revoke(pool, event.id, { kind: 'session', key: data.session_id }, at);
  return data;
}

/** What has to follow the end, effective everywhere before it resolves. Twice is once. */
export async function enforceEnd(pool: Pool, event: StoredEvent): Promise<void> {
  const { elevation_id, session_id } = ElevationEnded.data.parse(event.data);
  const at = event.metadata.occurred_at;
  await revoke(pool, event.id, { kind: 'session', key: session_id }, at);
  await noteEnd(pool, elevation_id, at);
}
