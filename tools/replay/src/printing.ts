import { encodePosition, type StoredEvent } from '@annals/event-store';

/** One line about an event for people. */
export function eventLine(event: StoredEvent): string {
  return [
    event.recordedAt.toISOString(),
    encodePosition(event.position).padEnd(15),
    event.type.padEnd(24),
    `${event.stream}@${event.revision}`,
  ].join('  ');
}

/** An event as JSON for machines; `data` is what the reader may see. */
export function eventJson(event: StoredEvent, data: Record<string, unknown>): string {
  return JSON.stringify({
    id: event.id,
    type: event.type,
    stream: event.stream,
    revision: event.revision.toString(),
    position: encodePosition(event.position),
    recorded_at: event.recordedAt.toISOString(),
    data,
    // The caller's address is sealed in the store and stays so here.
    metadata: { ...event.metadata, client: { ...event.metadata.client, ip: event.metadata.client.ip && '[masked]' } },
  });
}
