import { isDeepStrictEqual } from 'node:util';
import type { EventContract } from '@annals/contracts';
import { isSealed } from './sealing.js';
import type { StoredEvent } from './stored-event.js';

/** A value with the place it was written in, without which a sealed one cannot be opened. */
export interface Kept {
  value: unknown;
  event_id: string;
  /** The person it is about; null when the event holds nothing personal. */
  subject: string | null;
}

type Fields = Readonly<Record<string, Kept>>;

/** Present value of every field of one stream, as last written, by entity: a stream may tell of several. */
export type LastValues = Readonly<Record<string, Fields>>;

/** What became of a field; personal values stay sealed on both sides. */
export interface KeptChange {
  old: Kept | null;
  new: Kept | null;
}

export interface Changes {
  changes: Record<string, KeptChange>;
  last: LastValues;
}

type Contract = Pick<EventContract, 'audit' | 'subject'>;

/**
 * Old and new value of every field an event touches, and the fields' last values after it. Events carry new values
 * only, so the old ones are those last seen of the same entity in the same stream. An INSERT has no past; a DELETE ends
 * every field of its entity, and what it says besides, as a reason, is new.
 */
export function changesOf(event: StoredEvent, { audit, subject }: Contract, before: LastValues): Changes {
  const about = subject === undefined ? null : String(event.data[subject]);
  const past = new Map(audit.action === 'INSERT' ? [] : Object.entries(before[audit.entity] ?? {}));
  const next = new Map(past);
  const changes: Record<string, KeptChange> = {};
  if (audit.action === 'DELETE') {
    for (const [field, old] of past) changes[field] = { old, new: null };
    next.clear();
  }
  for (const [field, value] of fieldsOf(event.data, audit)) {
    const old = past.get(field) ?? null;
    if (old && audit.action === 'DELETE') continue;
    const kept = value === null || value === undefined ? null : { value, event_id: event.id, subject: about };
    if (isDeepStrictEqual(old?.value ?? null, kept?.value ?? null)) continue;
    changes[field] = { old, new: kept };
    if (kept && audit.action !== 'DELETE') next.set(field, kept);
    else next.delete(field);
  }
  const { [audit.entity]: _, ...others } = before;
  return { changes, last: next.size === 0 ? others : { ...others, [audit.entity]: Object.fromEntries(next) } };
}

/** Fields by name; a member of an object that is told apart is a field of its own, as in `fields.bio`. */
function fieldsOf(data: StoredEvent['data'], { keys, parts = [] }: Contract['audit']): [string, unknown][] {
  return Object.entries(data).flatMap(([name, value]): [string, unknown][] => {
    if (keys.includes(name)) return [];
    if (!parts.includes(name) || typeof value !== 'object' || value === null || isSealed(value)) return [[name, value]];
    return Object.entries(value).map(([member, inside]) => [`${name}.${member}`, inside]);
  });
}
