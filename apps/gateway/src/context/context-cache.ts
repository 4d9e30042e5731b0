import type { IdentityContext, Problem } from '@annals/contracts';
import { LRUCache } from 'lru-cache';
import { hash } from 'node:crypto';
import type { ContextSubjects, Revocations } from '../revocation/revocations.js';

/** A derived context, with what a hit needs ready made. Never changed after it is made, but for its signature's renewal. */
export interface CachedContext {
  readonly identity: Readonly<IdentityContext>;
  readonly subjects: ContextSubjects;
  /** Monotonic milliseconds at which its owner was asked: what came later it cannot know. */
  readonly askedAt: number;
  /** Monotonic milliseconds: the token's end, at most a minute from now. */
  readonly expiresAt: number;
  /** The identity part as it travels inside, and until when it is sent. */
  signed: string;
  signedUntil: number;
}

export interface ContextCache {
  /** The context, when it is cached and may be used. Costs a hash, a lookup and one lookup per subject. */
  find(key: string): CachedContext | undefined;
  /** Why this key was refused a moment ago. */
  findRefusal(key: string): Problem | undefined;
  remember(key: string, context: CachedContext): void;
  refuse(key: string, problem: Problem): void;
  /** Refusals may be outdated by any change of rights. */
  forgetRefusals(): void;
  readonly stats: ContextCacheStats;
}

export interface ContextCacheStats {
  hits: number;
  misses: number;
  /** Found, but touched by a marker. */
  revoked: number;
  /** Found, but the revocation feed is silent. */
  untrusted: number;
  refusals: number;
}

export interface ContextCacheOptions {
  revocations: Revocations;
  /** Monotonic milliseconds. */
  now?: () => number;
  maxContexts?: number;
  maxRefusals?: number;
}

/** How long a refusal is repeated without asking again. */
const REFUSAL_MS = 1_000;

/** No bearer token is kept in memory, only its SHA-256; a cheaper hash would let somebody look for a collision. */
export function contextKey(token: string, account: string): string {
  return hash('sha256', `${token}\n${account}`, 'base64url');
}

/** Bounded, both for contexts and, apart from them, for refusals, so that bad tokens cannot drive out good ones. */
export function createContextCache(options: ContextCacheOptions): ContextCache {
  const { revocations, now = () => performance.now(), maxContexts = 50_000, maxRefusals = 10_000 } = options;
  const contexts = new LRUCache<string, CachedContext>({ max: maxContexts });
  const refusals = new LRUCache<string, { problem: Problem; until: number }>({ max: maxRefusals });
  const stats: ContextCacheStats = { hits: 0, misses: 0, revoked: 0, untrusted: 0, refusals: 0 };

  return {
    stats,
    find(key) {
      const found = contexts.get(key);
      if (!found || found.expiresAt <= now()) {
        stats.misses += 1;
        return undefined;
      }
      if (!revocations.isTrusted()) {
        stats.untrusted += 1;
        return undefined;
      }
      if (revocations.touches(found.subjects, found.askedAt)) {
        stats.revoked += 1;
        contexts.delete(key);
        return undefined;
      }
      stats.hits += 1;
      return found;
    },
    findRefusal(key) {
      const found = refusals.get(key);
      if (!found || found.until <= now()) return undefined;
      stats.refusals += 1;
      return found.problem;
    },
    remember: (key, context) => void contexts.set(key, context),
    refuse: (key, problem) => void refusals.set(key, { problem, until: now() + REFUSAL_MS }),
    forgetRefusals: () => refusals.clear(),
  };
}
