import {
  externalCaller,
  type ContextSigner,
  type ExternalIssuer,
  type TokenVerifier,
  type VerifiedToken,
} from '@annals/auth';
import { Problem, type ContextRequest, type IdentityContext } from '@annals/contracts';
import { subjectsOf, type Revocations } from '../revocation/revocations.js';
import { checkAgainstToken, type AccountSelection } from './account-selection.js';
import { contextKey, type CachedContext, type ContextCache } from './context-cache.js';
import type { AskIdentity } from './ask-identity.js';
import type { SharedContexts } from './shared-contexts.js';

/** Milliseconds spent in each step of one resolution. */
export type Timing = Partial<Record<'verify' | 'shared' | 'identity' | 'sign', number>>;

export interface Resolution {
  context: CachedContext;
  timing: Timing;
}

/** What became of one resolution, for its log line. */
export interface ResolutionOutcome {
  identity: IdentityContext | null;
  error: unknown;
  timing: Timing;
}

export interface ContextResolver {
  /** The context when it is at hand, without waiting; undefined means: `resolve` it. */
  find(token: string, selection: AccountSelection): CachedContext | undefined;
  /**
   * Verifies the token and derives its context. Calls for the same token and account at the same time share the work.
   * @throws Problem 400 `account-required`; 401 for a token that does not count; 403 without access; 503 when keys or identity cannot be asked
   */
  resolve(token: string, selection: AccountSelection, client: ContextRequest['client']): Promise<Resolution>;
  /** The signed identity part of a context, renewed when half its life is over. */
  signed(context: CachedContext): string | Promise<string>;
}

export interface ContextResolverOptions {
  verifier: TokenVerifier;
  /** Issuer whose subjects are our users. */
  ownIssuer: string;
  /** Issuers whose subjects identity knows, or does not. */
  issuers: readonly ExternalIssuer[];
  askIdentity: AskIdentity;
  signer: ContextSigner;
  revocations: Revocations;
  cache: ContextCache;
  shared?: SharedContexts;
  onResolved?: (outcome: ResolutionOutcome) => void;
  /** Monotonic milliseconds, and milliseconds since the epoch. */
  now?: () => number;
  wallClock?: () => number;
}

const CONTEXT_LIFE_MS = 60_000;
/** The signature lives a minute; it is sent for half of that, so that it is valid wherever it arrives. */
const SIGNATURE_USE_MS = 25_000;
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function createContextResolver(options: ContextResolverOptions): ContextResolver {
  const { cache, signer, onResolved } = options;
  const { now = () => performance.now() } = options;
  const flights = new Map<string, Promise<Resolution>>();

  async function derive(asked: Omit<Question, 'timing' | 'now'>): Promise<Resolution> {
    const timing: Timing = {};
    const { key } = asked;
    try {
      const context = await deriveContext(options, { ...asked, timing, now });
      cache.remember(key, context);
      onResolved?.({ identity: context.identity, error: undefined, timing });
      return { context, timing };
    } catch (error) {
      // A 503 is about us, not about the token: the next call tries again.
      if (error instanceof Problem && error.status < 500) cache.refuse(key, error);
      onResolved?.({ identity: null, error, timing });
      throw error;
    }
  }

  return {
    find: (token, selection) => cache.find(contextKey(token, accountText(selection))),
    resolve(token, selection, client) {
      const key = contextKey(token, accountText(selection));
      const refusal = cache.findRefusal(key);
      if (refusal) return Promise.reject(refusal);
      const flying = flights.get(key);
      if (flying) return flying;
      const flight = derive({ key, token, selection, client }).finally(() => flights.delete(key));
      flights.set(key, flight);
      return flight;
    },
    signed(context) {
      if (context.signedUntil > now()) return context.signed;
      const at = now();
      return signer.sign(context.identity).then((text) => {
        context.signed = text;
        context.signedUntil = at + SIGNATURE_USE_MS;
        return text;
      });
    },
  };
}

interface Question {
  key: string;
  token: string;
  selection: AccountSelection;
  client: ContextRequest['client'];
  timing: Timing;
  now: () => number;
}

async function deriveContext(options: ContextResolverOptions, question: Question): Promise<CachedContext> {
  const { verifier, askIdentity, signer, revocations, wallClock = Date.now } = options;
  const { key, token, selection, client, timing, now } = question;
  const verified = await timed(timing, 'verify', () => verifier.verify(token));
  const asking = callerOf(verified, options);
  checkAgainstToken(selection, asking.tokenAccountId);
  // Whose context a foreign token may use is not said by the token, so there is nothing to compare a shared one with.
  const shared = asking.caller.kind === 'session' ? options.shared : undefined;
  const askedAt = now();
  const found = shared && revocations.isTrusted() ? await timed(timing, 'shared', () => shared.find(key)) : null;
  const known = found && isUsable(found.identity, asking.caller, revocations) ? found : null;
  const identity = known?.identity ?? (await timed(timing, 'identity', () => askIdentity(asking, selection, client)));
  const signed = known?.signed ?? (await timed(timing, 'sign', () => signer.sign(identity)));
  const tokenLeftMs = verified.expiresAt * 1000 - wallClock();
  const rightsLeftMs = identity.valid_until === null ? CONTEXT_LIFE_MS : Date.parse(identity.valid_until) - wallClock();
  const life = Math.min(CONTEXT_LIFE_MS, tokenLeftMs, rightsLeftMs, known?.leftMs ?? CONTEXT_LIFE_MS);
  if (shared && !known) shared.remember(key, signed, life);
  return {
    identity: Object.freeze(identity),
    subjects: subjectsOf(identity),
    askedAt,
    expiresAt: askedAt + life,
    signed,
    signedUntil: askedAt + Math.min(SIGNATURE_USE_MS, rightsLeftMs, known?.signatureLeftMs ?? SIGNATURE_USE_MS),
  };
}

const accountText = ({ accountId, slug, optional }: AccountSelection): string =>
  `${accountId ?? ''}/${slug ?? ''}${optional ? '/optional' : ''}`;

/** Whom a token stands for, and in which account. */
export interface TokenCaller {
  caller: ContextRequest['caller'];
  tokenAccountId: string | null;
}

/**
 * Only our own issuer may name our users, sessions and accounts: another issuer's subject could be made to look like one.
 * Who a subject of another issuer is here, only identity knows.
 */
function callerOf(token: VerifiedToken, { ownIssuer, issuers }: ContextResolverOptions): TokenCaller {
  const external = issuers.find(({ issuer }) => issuer === token.issuer);
  if (external) return { caller: externalCaller(external, token), tokenAccountId: null };
  if (token.issuer !== ownIssuer || !uuid.test(token.subject) || !token.sessionId) {
    throw refused('token-session', 'This token does not belong to a session');
  }
  const caller = {
    kind: 'session' as const,
    user_id: token.subject,
    session_id: token.sessionId,
    ...(token.methods.length > 0 ? { auth_methods: token.methods } : {}),
  };
  return { caller, tokenAccountId: token.accountId };
}

/** A shared context counts for the session that asks, and while no marker for it is remembered. */
function isUsable(identity: IdentityContext, caller: ContextRequest['caller'], revocations: Revocations): boolean {
  const isOurs =
    caller.kind === 'session' && identity.user_id === caller.user_id && identity.session_id === caller.session_id;
  return isOurs && !revocations.knows(subjectsOf(identity));
}

const refused = (code: string, detail: string) =>
  new Problem(401, code, detail, { headers: { 'www-authenticate': 'Bearer error="invalid_token"' } });

async function timed<T>(timing: Timing, step: keyof Timing, work: () => Promise<T>): Promise<T> {
  const begun = performance.now();
  try {
    return await work();
  } finally {
    timing[step] = performance.now() - begun;
  }
}
