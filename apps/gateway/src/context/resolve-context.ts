import type { ContextSigner } from '@annals/auth';
import { Problem, type ContextRequest, type IdentityContext } from '@annals/contracts';
import { subjectsOf, type Revocations } from '../revocation/revocations.js';
import { checkAgainstToken, type AccountSelection } from './account-selection.js';
import { contextKey, type CachedContext, type ContextCache } from './context-cache.js';
import type { AskIdentity } from './ask-identity.js';
import { rememberRefusedCallers } from './refused-callers.js';
import type { SharedContexts } from './shared-contexts.js';
import { principalOfKey, readToken, type TokenCaller, type TokenReaderOptions } from './token-caller.js';

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
  /** Who it was that a 403 of `resolve` refused, when their token proved it. */
  refusedCaller(error: unknown): IdentityContext | undefined;
}

export interface ContextResolverOptions extends TokenReaderOptions {
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

export function createContextResolver(options: ContextResolverOptions): ContextResolver {
  const { cache, signer, onResolved } = options;
  const { now = () => performance.now() } = options;
  const flights = new Map<string, Promise<Resolution>>();
  const refusedCallers = rememberRefusedCallers();

  async function derive(
    token: string,
    { key, selection, client }: Pick<Question, 'key' | 'selection' | 'client'>,
  ): Promise<Resolution> {
    const timing: Timing = {};
    let asking: TokenCaller | undefined;
    try {
      const read = await timed(timing, 'verify', () => readToken(token, options));
      asking = read.asking;
      const context = await deriveContext(options, { key, selection, client, ...read, timing, now });
      cache.remember(key, context);
      onResolved?.({ identity: context.identity, error: undefined, timing });
      return { context, timing };
    } catch (error) {
      // A 503 is about us, not about the token: the next call tries again.
      if (error instanceof Problem && error.status < 500) cache.refuse(key, error);
      if (asking) refusedCallers.note(error, asking, selection);
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
      const flight = derive(token, { key, selection, client }).finally(() => flights.delete(key));
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
    refusedCaller: refusedCallers.find,
  };
}

interface Question {
  key: string;
  selection: AccountSelection;
  client: ContextRequest['client'];
  asking: TokenCaller;
  /** End of the token, in milliseconds since the epoch. */
  expiresAt: number;
  timing: Timing;
  now: () => number;
}

async function deriveContext(options: ContextResolverOptions, question: Question): Promise<CachedContext> {
  const { askIdentity, signer, revocations, wallClock = Date.now } = options;
  const { key, asking, selection, client, timing, now } = question;
  checkAgainstToken(selection, asking.tokenAccountId);
  // Whose context a foreign token may use is not said by the token, so there is nothing to compare a shared one with.
  const shared = asking.caller.kind === 'external' ? undefined : options.shared;
  const askedAt = now();
  const found = shared && revocations.isTrusted() ? await timed(timing, 'shared', () => shared.find(key)) : null;
  const known = found && isUsable(found.identity, asking.caller, revocations) ? found : null;
  const identity = known?.identity ?? (await timed(timing, 'identity', () => askIdentity(asking, selection, client)));
  const signed = known?.signed ?? (await timed(timing, 'sign', () => signer.sign(identity)));
  const tokenLeftMs = question.expiresAt - wallClock();
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

/** A shared context counts for the session or the key that asks, and while no marker for it is remembered. */
function isUsable(identity: IdentityContext, caller: ContextRequest['caller'], revocations: Revocations): boolean {
  return isOf(identity, caller) && !revocations.knows(subjectsOf(identity));
}

function isOf({ user_id, session_id, principal }: IdentityContext, caller: ContextRequest['caller']): boolean {
  if (caller.kind === 'session') return user_id === caller.user_id && session_id === caller.session_id;
  return caller.kind === 'api_key' && principal !== null && principal === principalOfKey(caller.key);
}

async function timed<T>(timing: Timing, step: keyof Timing, work: () => Promise<T>): Promise<T> {
  const begun = performance.now();
  try {
    return await work();
  } finally {
    timing[step] = performance.now() - begun;
  }
}
