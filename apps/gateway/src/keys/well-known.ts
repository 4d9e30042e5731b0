import { Problem } from '@annals/contracts';
import type { Dispatcher } from 'undici';

/** What anybody may know of our keys, as it stands under `/.well-known/`. */
export interface WellKnown {
  /** The issuer's public keys. @throws Problem 503 `keys-unavailable` when they were never read */
  keys(): Promise<unknown>;
  /** OpenID Connect Discovery 1.0 §3, as far as it is about verifying our tokens. */
  configuration(): Readonly<Record<string, unknown>>;
}

export interface WellKnownOptions {
  identity: Dispatcher;
  /** `iss` of our tokens. */
  issuer: string;
  publicUrl: string;
  /** Milliseconds, monotonic. */
  now?: () => number;
}

/** Age from which keys are read again, and up to which they are shown while identity cannot be asked. */
const FRESH_MS = 60_000;
const USABLE_MS = 60 * 60_000;
const TIMEOUT_MS = 3_000;

export function wellKnown(options: WellKnownOptions): WellKnown {
  const { identity, issuer, publicUrl, now = () => performance.now() } = options;
  let known: { document: unknown; readAt: number } | undefined;
  let reading: Promise<unknown> | undefined;

  async function read(): Promise<unknown> {
    const answer = await identity.request({
      path: '/internal/jwks',
      method: 'GET',
      headersTimeout: TIMEOUT_MS,
      bodyTimeout: TIMEOUT_MS,
    });
    const document: unknown = await answer.body.json();
    if (answer.statusCode !== 200) throw new Error(`identity answered ${answer.statusCode} for its keys`);
    known = { document, readAt: now() };
    return document;
  }

  return {
    async keys() {
      const age = now() - (known?.readAt ?? Number.NEGATIVE_INFINITY);
      if (known && age < FRESH_MS) return known.document;
      reading ??= read().finally(() => (reading = undefined));
      try {
        return await reading;
      } catch (cause) {
        if (known && age < USABLE_MS) return known.document;
        throw new Problem(503, 'keys-unavailable', 'The signing keys cannot be read right now', {
          headers: { 'retry-after': '1' },
          cause,
        });
      }
    },
    configuration: () => ({
      issuer,
      jwks_uri: `${publicUrl}/.well-known/jwks.json`,
      response_types_supported: [],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['EdDSA'],
    }),
  };
}
