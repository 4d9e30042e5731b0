import { IdentityContext, Problem, RequestContext } from '@annals/contracts';
import { errors, jwtVerify, type CryptoKey, type JWTPayload } from 'jose';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { maySpeakFor } from './context-signer.js';
import { withoutRights } from './identity.js';
import {
  contextLifetime,
  contextType,
  importEdDsa,
  insideAudience,
  insideSkew,
  messageContextType,
  type PublicKeySet,
} from './inside-keys.js';
import { messageBinding, sameBinding, type BoundMessage } from './message-binding.js';

export interface ContextReader {
  /**
   * The identity of an HTTP call between our processes. Verified once per text, then remembered until it expires.
   * @throws Problem 401 `context-required` when there is none, `context-invalid` when it does not hold
   */
  read(header: string | undefined): Promise<IdentityContext>;
  /** @throws Problem 401 `message-context-required`, `message-context-invalid`, `message-context-mismatch` */
  readMessage(message: BoundMessage, header: string | undefined): Promise<MessageContext>;
}

export interface MessageContext {
  identity: IdentityContext;
  request: RequestContext;
  /** The principal that published the message. */
  publisher: string;
}

export interface ContextReaderOptions {
  jwks: PublicKeySet;
  now?: () => number;
  /** Contexts remembered at most. */
  maxContexts?: number;
}

const longest = 8 * 1024;
const HttpClaims = z.object({ iss: z.string(), iat: z.number(), exp: z.number(), ctx: IdentityContext });
const Binding = z.object({ id: z.string(), topic: z.string(), key: z.string(), sha256: z.string() });
const MessageClaims = z.object({ iss: z.string(), msg: Binding, ctx: IdentityContext, req: RequestContext });

interface Known {
  identity: Readonly<IdentityContext>;
  /** Milliseconds since the epoch. */
  expires: number;
}

export function createContextReader(options: ContextReaderOptions): ContextReader {
  const { jwks, now = Date.now, maxContexts = 10_000 } = options;
  const keys = new Map<string, Promise<CryptoKey>>();
  for (const key of jwks.keys) {
    const imported = importEdDsa(key);
    // A bad key is reported by the calls that need it, not by ending the process.
    imported.catch(() => undefined);
    keys.set(key.kid, imported);
  }
  const known = new LRUCache<string, Known>({ max: maxContexts });
  const verifying = new Map<string, Promise<Known>>();

  return {
    async read(header) {
      if (!header) throw new Problem(401, 'context-required', 'This call carries no context');
      const found = known.get(header);
      if (found && found.expires > now()) return found.identity;
      if (header.length > longest) throw invalidContext('too long');
      let pending = verifying.get(header);
      if (!pending) {
        pending = verifyContext(header).finally(() => verifying.delete(header));
        verifying.set(header, pending);
      }
      return (await pending).identity;
    },

    async readMessage(message, header) {
      if (!header) throw new Problem(401, 'message-context-required', 'This message carries no context');
      const claims = MessageClaims.safeParse(await verify(header, messageContextType).catch(refuseMessage));
      if (!claims.success) return refuseMessage(claims.error);
      const { iss, msg, ctx, req } = claims.data;
      if (!sameBinding(msg, messageBinding(message))) {
        throw new Problem(401, 'message-context-mismatch', 'The context belongs to another message');
      }
      return { identity: withoutRights(ctx), request: req, publisher: iss };
    },
  };

  async function verifyContext(header: string): Promise<Known> {
    const claims = HttpClaims.safeParse(await verify(header, contextType).catch(rethrowAsInvalid));
    if (!claims.success) throw invalidContext(claims.error);
    const { iss, iat, exp, ctx } = claims.data;
    if (exp - iat > contextLifetime) throw invalidContext('lives too long');
    if (iat * 1000 > now() + insideSkew * 1000) throw invalidContext('signed in the future');
    if (!maySpeakFor(iss, ctx)) throw invalidContext(`${iss} may not speak for this identity`);
    const entry = { identity: Object.freeze(ctx), expires: exp * 1000 };
    known.set(header, entry);
    return entry;
  }

  async function verify(header: string, typ: string): Promise<JWTPayload> {
    const { payload, protectedHeader } = await jwtVerify(
      header,
      async ({ kid }) => {
        const key = keys.get(kid ?? '');
        if (!key) throw new errors.JWKSNoMatchingKey();
        return key;
      },
      {
        algorithms: ['EdDSA'],
        typ,
        audience: insideAudience,
        clockTolerance: insideSkew,
        currentDate: new Date(now()),
      },
    );
    if (payload.iss !== protectedHeader.kid) throw new errors.JWTInvalid('signed by another principal than it names');
    return payload;
  }
}

// The reason stays in `cause`, for the log: a caller inside learns only that it does not hold.
const invalidContext = (cause: unknown) =>
  new Problem(401, 'context-invalid', 'The context of this call does not hold', { cause });

function rethrowAsInvalid(cause: unknown): never {
  throw invalidContext(cause);
}

function refuseMessage(cause: unknown): never {
  throw new Problem(401, 'message-context-invalid', 'The context of this message does not hold', { cause });
}
