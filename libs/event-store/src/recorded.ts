import type { AllStreamRecordedEvent, RecordedEvent } from '@eventstore/db-client';
import type { EventMetadata } from '@annals/contracts';
import { upToDate, type Catalogue, type KnownEvent } from './catalogue.js';
import { openFields } from './personal-fields.js';
import type { Position } from './position.js';
import type { StoredEvent } from './stored-event.js';
import type { SubjectKeys } from './subject-keys.js';

type Data = Record<string, unknown>;
type Recorded = RecordedEvent | AllStreamRecordedEvent;

/** Position of events whose server tells none in stream reads. */
const unknownPosition: Position = { commit: 0n, prepare: 0n };
const absent = 2n ** 64n - 1n;

/** Data as stored, kept for events that were read sealed and whose shape an upcaster changed since. */
const asStored = new WeakMap<StoredEvent, Data>();

export const isKnownPosition = (position: Position): boolean => position.commit !== 0n || position.prepare !== 0n;

const positionOf = (recorded: Recorded): Position =>
  !recorded.position || recorded.position.commit === absent ? unknownPosition : recorded.position;

/** What was recorded, still sealed and of the version it was written in. */
function envelope(recorded: Recorded): StoredEvent {
  return {
    id: recorded.id,
    type: recorded.type,
    stream: recorded.streamId,
    revision: recorded.revision,
    position: positionOf(recorded),
    data: recorded.data as Data,
    metadata: (recorded.metadata ?? {}) as EventMetadata,
    recordedAt: recorded.created,
  };
}

export interface Opened {
  event: StoredEvent;
  keyIds: readonly string[];
  subject: string | undefined;
}

const plain = (event: StoredEvent): Opened => ({ event, keyIds: [], subject: undefined });

/** An event with its personal fields sealed, at the present version. One without a contract stays as it was written. */
export function sealedEvent(recorded: Recorded, catalogue: Catalogue): StoredEvent {
  const event = envelope(recorded);
  const found = catalogue.get(event.type);
  if (!found) return event;
  const stored = event.data;
  event.data = upToDate(found, stored, versionOf(event));
  if (event.data !== stored && found.contract.personalFields.length > 0) asStored.set(event, stored);
  return event;
}

/** An event with its personal fields opened, at the present version. Only waits when there is something to open. */
export function openedEvent(recorded: Recorded, catalogue: Catalogue, keys: SubjectKeys): Opened | Promise<Opened> {
  const event = envelope(recorded);
  const found = catalogue.get(event.type);
  if (!found) return plain(event);
  if (found.contract.personalFields.length === 0) {
    event.data = upToDate(found, event.data, versionOf(event));
    return plain(event);
  }
  return openStored(event, event.data, found, keys);
}

/** Opens an event that was read sealed. */
export async function openAgain(event: StoredEvent, catalogue: Catalogue, keys: SubjectKeys): Promise<StoredEvent> {
  const found = catalogue.get(event.type);
  if (!found || found.contract.personalFields.length === 0) return event;
  return (await openStored({ ...event }, asStored.get(event) ?? event.data, found, keys)).event;
}

/** Seals are bound to the path they were written at, so they are opened before an upcaster moves them. */
async function openStored(event: StoredEvent, stored: Data, found: KnownEvent, keys: SubjectKeys): Promise<Opened> {
  const { contract } = found;
  const version = versionOf(event);
  const fields = version === contract.version ? contract.personalFields : undefined;
  const named = stored[contract.subject!] ?? upToDate(found, stored, version)[contract.subject!];
  const subject = typeof named === 'string' ? named : '';
  const opened = await openFields(stored, fields, { subject, stream: event.stream, eventId: event.id }, keys);
  event.data = upToDate(found, opened.data, version);
  return { event, keyIds: opened.keyIds, subject };
}

const versionOf = (event: StoredEvent): number => event.metadata.schema_version ?? 1;
