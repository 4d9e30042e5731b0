import { comparePositions, decodePosition, type Position, type StoredEvent } from '@annals/event-store';

/** Which events a person asks for. Everything given must hold. */
export interface Selection {
  account?: string;
  category?: string;
  stream?: string;
  /** Glob over event types: `*` stands for any run of letters. */
  type?: string;
  /** Inclusive; milliseconds since the epoch. */
  since?: number;
  until?: number;
  fromPosition?: Position;
  correlation?: string;
  causation?: string;
  actor?: string;
  request?: string;
  /** `field=value` over the data, compared as text. */
  where?: { field: string; value: string };
  limit: number;
}

const units = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/**
 * Reads a time: RFC 3339, or relative to now as in `-7d`, `-90m`.
 * @throws Error with a line for people.
 */
export function parseTime(text: string, now: number): number {
  const relative = /^-(\d+)([smhdw])$/.exec(text);
  if (relative) return now - Number(relative[1]) * units[relative[2] as keyof typeof units];
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw new Error(`"${text}" is no time: write 2026-03-03T12:00:00Z, or -7d, -90m`);
  return time;
}

type Options = Readonly<Record<string, string | boolean | undefined>>;

/** Builds a selection from command-line options. @throws Error with a line for people. */
export function parseSelection(options: Options, now: number): Selection {
  const text = (name: string) => (typeof options[name] === 'string' ? options[name] : undefined);
  const since = text('since');
  const until = text('until');
  const from = text('from-position');
  const where = text('where');
  const limit = Number(text('limit') ?? 50);
  if (!Number.isInteger(limit) || limit < 1)
    throw new Error(`--limit is "${text('limit')}": a whole number from 1 is needed`);
  const [field = '', ...value] = (where ?? '').split('=');
  if (where !== undefined && (field === '' || value.length === 0)) throw new Error('--where is written field=value');
  return {
    account: text('account'),
    category: text('category'),
    stream: text('stream'),
    type: text('type'),
    since: since === undefined ? undefined : parseTime(since, now),
    until: until === undefined ? undefined : parseTime(until, now),
    fromPosition: from === undefined ? undefined : decodePosition(from),
    correlation: text('correlation'),
    causation: text('causation'),
    actor: text('actor'),
    request: text('request'),
    where: where === undefined ? undefined : { field, value: value.join('=') },
    limit,
  };
}

const globs = (pattern: string) =>
  new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`);

/** Whether an event is among those asked for. */
export function selects(selection: Selection, event: StoredEvent): boolean {
  const { metadata } = event;
  const at = event.recordedAt.getTime();
  return (
    matches(selection.account, metadata.account_id) &&
    matches(selection.stream, event.stream) &&
    matches(selection.correlation, metadata.$correlationId) &&
    matches(selection.causation, metadata.$causationId) &&
    matches(selection.actor, metadata.actor.user_id ?? metadata.actor.principal ?? null) &&
    matches(selection.request, metadata.request_id) &&
    (selection.category === undefined || event.stream.startsWith(`${selection.category}-`)) &&
    (selection.type === undefined || globs(selection.type).test(event.type)) &&
    (selection.since === undefined || at >= selection.since) &&
    (selection.until === undefined || at <= selection.until) &&
    (selection.fromPosition === undefined || comparePositions(event.position, selection.fromPosition) >= 0) &&
    (selection.where === undefined || String(event.data[selection.where.field]) === selection.where.value)
  );
}

const matches = (wanted: string | undefined, found: string | null) => wanted === undefined || wanted === found;
