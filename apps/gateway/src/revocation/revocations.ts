import { keyIdOf } from '@annals/auth';
import type { IdentityContext, RevocationMarker } from '@annals/contracts';

/** What a context is about, as keys of markers: a marker for any of these means that it has to be derived again. */
export type ContextSubjects = readonly string[];

export interface Revocations {
  /** A marker arrived. */
  apply(marker: RevocationMarker): void;
  /** The feed spoke, be it only a heartbeat: everything before this moment has arrived. */
  heard(): void;
  /** Whether the feed has spoken lately. When it has not, no cached context may be used. */
  isTrusted(): boolean;
  /** Milliseconds since the feed spoke; Infinity when it never did. */
  silenceMs(): number;
  /** Whether a marker for any subject arrived after (or just before) the context was asked for. */
  touches(subjects: ContextSubjects, askedAt: number): boolean;
  /** Whether any marker for a subject is remembered at all; for contexts whose age on our clock is not known. */
  knows(subjects: ContextSubjects): boolean;
  /** Sequence number to go on after. */
  lastSeq(): number;
}

export interface RevocationOptions {
  /** Monotonic milliseconds. */
  now?: () => number;
  /** Longest life of a cached context, in milliseconds: a marker older than this has nothing left to revoke. */
  contextLifeMs?: number;
  /** Called when a marker arrives. */
  onMarker?: (marker: RevocationMarker) => void;
}

/** Silence of the feed after which cached contexts are not trusted. */
const SILENCE_MS = 5_000;
/**
 * A context asked for this soon after a marker is used once but not remembered: the change behind the marker may not
 * yet have been readable where the context came from.
 */
const SETTLE_MS = 2_000;
/** Beyond this many markers, one floor replaces them all: everything older has to be derived again. */
const MAX_MARKERS = 100_000;

const markerKey = (kind: RevocationMarker['kind'], key: string) => `${kind}:${key}`;

export function subjectsOf(identity: IdentityContext): ContextSubjects {
  const { session_id: session, user_id: user, account_id: account } = identity;
  const subjects: string[] = [];
  if (session) subjects.push(markerKey('session', session));
  if (user) subjects.push(markerKey('user', user));
  if (account) subjects.push(markerKey('account', account));
  if (user && account) subjects.push(markerKey('membership', `${account}_${user}`));
  const key = keyIdOf(identity);
  if (key !== null) subjects.push(markerKey('api_key', key));
  return subjects;
}

/** Remembers markers as long as a context from before them could still be cached. */
export function createRevocations(options: RevocationOptions = {}): Revocations {
  const { now = () => performance.now(), contextLifeMs = 60_000, onMarker } = options;
  const keepMs = contextLifeMs + SETTLE_MS;
  const arrivals = new Map<string, number>();
  let floor = Number.NEGATIVE_INFINITY;
  let heardAt = Number.NEGATIVE_INFINITY;
  let seq = 0;

  function latest(subjects: ContextSubjects): number {
    let newest = floor;
    for (const subject of subjects) {
      const at = arrivals.get(subject);
      if (at !== undefined && at > newest) newest = at;
    }
    return newest;
  }

  function forgetOld(): void {
    const oldest = now() - keepMs;
    for (const [key, at] of arrivals) {
      if (at >= oldest) break;
      arrivals.delete(key);
    }
    if (arrivals.size <= MAX_MARKERS) return;
    arrivals.clear();
    floor = now();
  }

  return {
    apply(marker) {
      const key = markerKey(marker.kind, marker.key);
      // Deleted first, so that the map stays in order of arrival.
      arrivals.delete(key);
      arrivals.set(key, now());
      seq = Math.max(seq, marker.seq);
      forgetOld();
      onMarker?.(marker);
    },
    heard: () => {
      heardAt = now();
    },
    silenceMs: () => now() - heardAt,
    isTrusted: () => now() - heardAt < SILENCE_MS,
    touches: (subjects, askedAt) => askedAt < latest(subjects) + SETTLE_MS,
    knows: (subjects) => latest(subjects) > now() - keepMs,
    lastSeq: () => seq,
  };
}
