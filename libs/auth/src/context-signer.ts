import { Problem, type IdentityContext, type RequestContext } from '@annals/contracts';
import { SignJWT } from 'jose';
import { withoutRights } from './identity.js';
import {
  contextLifetime,
  contextType,
  gatewayPrincipal,
  importEdDsa,
  insideAudience,
  messageContextType,
  type PrivateJwk,
} from './inside-keys.js';
import { messageBinding, type BoundMessage } from './message-binding.js';

export interface ContextSigner {
  readonly principal: string;
  /**
   * The identity part for an HTTP call between our processes, as a compact JWS. The same object gives the same text
   * until half its life, so callers keep and reuse the object of a session and never change it. It ends no later than
   * `valid_until` says.
   * @throws Problem 500 `context-not-ours` for an identity this principal may not speak for
   */
  sign(identity: IdentityContext): Promise<string>;
  /** Context of a message, bound to its id, topic, key and payload. Without rights, address and agent; without end. */
  signMessage(message: BoundMessage, identity: IdentityContext, request: RequestContext): Promise<string>;
}

export interface ContextSignerOptions {
  /** `gateway`, or a service principal as `svc:export`. */
  principal: string;
  privateJwk: PrivateJwk;
  now?: () => number;
}

/** Principals of service accounts: their keys come to the gateway as tokens do. */
export const apiKeyPrincipal = (keyId: string): string => `api-key:${keyId}`;

/** Id of the API key that is calling; null for everybody else. */
export function keyIdOf({ principal }: Pick<IdentityContext, 'principal'>): string | null {
  const prefix = apiKeyPrincipal('');
  return principal?.startsWith(prefix) ? principal.slice(prefix.length) : null;
}

/**
 * Whether a principal may sign this identity for HTTP: the gateway speaks for people and for holders of API keys, a
 * service for itself alone.
 */
export function maySpeakFor(principal: string, identity: IdentityContext): boolean {
  if (identity.kind === 'service') {
    return keyIdOf(identity) === null ? identity.principal === principal : principal === gatewayPrincipal;
  }
  return principal === gatewayPrincipal && identity.principal === null && identity.user_id !== null;
}

export function createContextSigner(options: ContextSignerOptions): ContextSigner {
  const { principal, privateJwk, now = Date.now } = options;
  if (privateJwk.kid !== principal) throw new Error(`the key of ${privateJwk.kid} cannot sign as ${principal}`);
  const key = importEdDsa(privateJwk);
  // A key that cannot be imported is reported by each call; without this line it would first end the process.
  key.catch(() => undefined);
  const signed = new WeakMap<IdentityContext, { text: Promise<string>; until: number }>();

  return {
    principal,
    sign(identity) {
      const known = signed.get(identity);
      if (known && known.until > now()) return known.text;
      const text = signContext(identity);
      signed.set(identity, { text, until: Math.min(now() + (contextLifetime / 2) * 1000, endOf(identity)) });
      text.catch(() => signed.delete(identity));
      return text;
    },
    async signMessage(message, identity, request) {
      const claims = {
        msg: messageBinding(message),
        ctx: withoutRights(identity),
        req: { ...request, ip_address: null, user_agent: null },
      };
      return new SignJWT(claims)
        .setProtectedHeader({ alg: 'EdDSA', typ: messageContextType, kid: principal })
        .setIssuer(principal)
        .setAudience(insideAudience)
        .setIssuedAt(Math.floor(now() / 1000))
        .sign(await key);
    },
  };

  async function signContext(identity: IdentityContext): Promise<string> {
    if (!maySpeakFor(principal, identity)) {
      throw new Problem(500, 'context-not-ours', 'This process may not speak for that identity');
    }
    const issuedAt = Math.floor(now() / 1000);
    return new SignJWT({ ctx: identity })
      .setProtectedHeader({ alg: 'EdDSA', typ: contextType, kid: principal })
      .setIssuer(principal)
      .setAudience(insideAudience)
      .setIssuedAt(issuedAt)
      .setExpirationTime(Math.min(issuedAt + contextLifetime, Math.ceil(endOf(identity) / 1000)))
      .sign(await key);
  }
}

/** Milliseconds since the epoch at which an identity stops being true by itself. */
const endOf = ({ valid_until }: IdentityContext) =>
  valid_until === null ? Number.POSITIVE_INFINITY : Date.parse(valid_until);
