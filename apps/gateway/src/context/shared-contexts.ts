import type { ContextReader } from '@annals/auth';
import { Problem, type IdentityContext } from '@annals/contracts';
import type { SharedCache } from '@annals/service';
import { z } from 'zod';

/** A context that another gateway derived. */
export interface SharedContext {
  identity: IdentityContext;
  signed: string;
  /** Milliseconds for which it may still be cached, and its signature be sent. */
  leftMs: number;
  signatureLeftMs: number;
}

/** Contexts shared by several gateways. It only ever saves a question: when it has none, identity is asked. */
export interface SharedContexts {
  find(key: string): Promise<SharedContext | null>;
  remember(key: string, signed: string, lifeMs: number): void;
}

const Lifetime = z.object({ iat: z.number(), exp: z.number() });
const nameOf = (key: string) => `gateway:context:${key}`;

/**
 * Shares contexts in the form in which they travel: signed. Whoever can write to the cache still cannot make a context,
 * and the resolver checks that the one found is that of the session that asks.
 */
export function shareContexts(
  cache: SharedCache,
  reader: ContextReader,
  onTrouble: (error: unknown) => void,
  now: () => number = Date.now,
): SharedContexts {
  return {
    async find(key) {
      const signed = await cache.get(nameOf(key));
      if (signed === undefined) return null;
      try {
        const identity = await reader.read(signed);
        const { iat, exp } = lifetimeOf(signed);
        const signatureLeftMs = ((iat + exp) / 2) * 1000 - now();
        return { identity, signed, leftMs: exp * 1000 - now(), signatureLeftMs };
      } catch (error) {
        // Expired since, or not written by a gateway: either way it is as if nothing had been there.
        if (!(error instanceof Problem)) throw error;
        onTrouble(error);
        return null;
      }
    },
    remember(key, signed, lifeMs) {
      if (lifeMs > 0) cache.set(nameOf(key), signed, lifeMs).catch(onTrouble);
    },
  };
}

/** Read only after the signature was found to hold. */
function lifetimeOf(signed: string): z.output<typeof Lifetime> {
  const payload = Buffer.from(signed.split('.')[1] ?? '', 'base64url').toString();
  return Lifetime.parse(JSON.parse(payload));
}
