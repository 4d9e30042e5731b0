import { jsonEvent, type EventData } from '@eventstore/db-client';
import { Problem, type DomainEvent, type EventMetadata } from '@annals/contracts';
import type { Command } from './aggregate.js';
import { known, type Catalogue } from './catalogue.js';
import { categoryOf, uuidv5 } from './ids.js';
import { commandMetadata, sealedAddress } from './metadata.js';
import { imitatesSeal, sealFields } from './personal-fields.js';
import { holderOf, type SubjectKeys } from './subject-keys.js';

export interface PreparedEvent {
  id: string;
  type: string;
  /** Validated and in clear: what the fold goes on with. */
  data: Record<string, unknown>;
  metadata: EventMetadata;
}

/** Everything an append sends, made once: repeating it sends the very same ids and ciphertext. */
export interface Prepared {
  events: PreparedEvent[];
  toSend: EventData[];
  subjects: Set<string>;
  keyIds: Set<string>;
}

const text = new TextEncoder();

/**
 * Validates events, gives them ids that follow from the command, stamps metadata and seals personal fields.
 * An id stands for one content: it names the stream, for a command may write to several, and the time and body of the
 * request. So a repetition that would write anything else conflicts with what is there, instead of passing for it.
 * @throws Error when an event breaks its contract: that is a fault of the decider, not of the caller
 */
export async function prepare<S>(
  stream: string,
  command: Command<S>,
  events: readonly DomainEvent[],
  traceparent: string | undefined,
  { catalogue, keys }: { catalogue: Catalogue; keys: SubjectKeys },
): Promise<Prepared> {
  const prepared: Prepared = { events: [], toSend: [], subjects: new Set(), keyIds: new Set() };
  const shared = commandMetadata(command, traceparent ?? command.context.traceparent ?? undefined);
  for (const [index, event] of events.entries()) {
    const { contract } = known(catalogue, event.type);
    if (contract.category !== categoryOf(stream)) throw new Error(`${event.type} does not belong into ${stream}`);
    const data = valid(contract.data.safeParse(event.data), event.type);
    const id = uuidv5(command.id, `${stream}/${index}/${command.now}/${command.hash ?? ''}`);
    const ip = await sealedAddress(command.context, shared, stream, id, keys);
    const metadata: EventMetadata = {
      ...shared,
      schema_version: contract.version,
      client: { ip, user_agent: shared.client.user_agent },
    };
    if (imitatesSeal(data, contract.personalFields)) {
      throw new Problem(400, 'reserved-form', 'Data may not have the form of a sealed value');
    }
    let stored = data;
    if (contract.subject !== undefined && contract.personalFields.length > 0) {
      const subject = data[contract.subject];
      if (typeof subject !== 'string') throw new Error(`${event.type} names nobody in ${contract.subject}`);
      const holder = holderOf(subject, typeof data.account_id === 'string' ? data.account_id : null);
      const place = { subject, stream, eventId: id };
      const sealed = await sealFields(data, contract.personalFields, place, holder, keys);
      stored = sealed.data;
      if (sealed.keyIds.length > 0) prepared.subjects.add(subject);
      for (const keyId of sealed.keyIds) prepared.keyIds.add(keyId);
    }
    prepared.events.push({ id, type: event.type, data, metadata });
    // Metadata goes out as bytes, which the client passes on; it would make a base64 detour with an object.
    const bytes = text.encode(JSON.stringify(metadata));
    prepared.toSend.push({ ...jsonEvent({ id, type: event.type, data: stored }), metadata: bytes });
  }
  return prepared;
}

function valid(
  parsed: { success: true; data: Record<string, unknown> } | { success: false; error: Error },
  type: string,
): Record<string, unknown> {
  if (!parsed.success) throw new Error(`${type} breaks its contract: ${parsed.error.message}`, { cause: parsed.error });
  return withoutUndefined(parsed.data);
}

/** As it will be read back: JSON has no undefined, so a fold of what was sent equals a fold of what was stored. */
function withoutUndefined(value: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries(value);
  const same = entries.every(([, child]) => child !== undefined && !isNested(child));
  if (same) return value;
  return Object.fromEntries(
    entries.filter(([, child]) => child !== undefined).map(([name, child]) => [name, cleaned(child)]),
  );
}

const isNested = (value: unknown): value is object => typeof value === 'object' && value !== null;

function cleaned(value: unknown): unknown {
  if (!isNested(value)) return value;
  return Array.isArray(value)
    ? value.map((child: unknown) => (child === undefined ? null : cleaned(child)))
    : withoutUndefined(value as Record<string, unknown>);
}
