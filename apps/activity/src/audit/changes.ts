import { isDeepStrictEqual } from 'node:util';
import { type EventContract } from '@annals/contracts';
import { type StoredEvent } from '@annals/event-store';

/** A value with the place it was written in, without which a sealed one cannot be opened. */
export interface Kept {
  value: unknown;
  event_id: string;
  /** The person it is about; null when the event holds nothing personal. */
  subject: string | null;
}

/** Present value of every field of one stream, as last written. */
export type LastValues = Readonly<Record<string, Kept>>;

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
 * only, so the old ones are those last seen in the same stream. An INSERT has no past; a DELETE ends every field.
 */
export function changesOf(event: StoredEvent, { audit, subject }: Contract, before: LastValues): Changes {
  const about = subject === undefined ? null : String(event.data[subject]);
  const past = new Map(audit.action === 'INSERT' ? [] : Object.entries(before));
  const next = new Map(past);
  const changes: Record<string, KeptChange> = {};
  if (audit.action === 'DELETE') {
    for (const [field, old] of past) changes[field] = { old, new: null };
    next.clear();
  }
  for (const [field, value] of Object.entries(event.data)) {
    if (audit.keys.includes(field)) continue;
    const old = past.get(field) ?? null;
    const kept = value === null || value === undefined ? null : { value, event_id: event.id, subject: about };
    if (isDeepStrictEqual(old?.value ?? null, kept?.value ?? null)) continue;
    changes[field] = { old, new: kept };
    if (kept && audit.action !== 'DELETE') next.set(field, kept);
    else next.delete(field);
  }
  return { changes, last: Object.fromEntries(next) };
}
