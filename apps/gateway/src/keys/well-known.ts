import { Problem } from '@annals/contracts';
import type { Dispatcher } from 'undici';

/**
 * A document that identity publishes, remembered so that a crowd of verifiers costs identity nothing and its absence
 * is not noticed for a while.
 * @throws Problem 503 `document-unavailable` when it was never read, or too long ago
 */
export type PublishedDocument = () => Promise<unknown>;

/** Where documents stand outside, and where identity keeps them. */
export const wellKnownPaths: ReadonlyMap<string, string> = new Map([
  ['/.well-known/jwks.json', '/internal/jwks'],
  ['/.well-known/openid-configuration', '/internal/openid-configuration'],
]);

/** Age from which a document is read again, and up to which it is shown while identity cannot be asked. */
const FRESH_MS = 60_000;
const USABLE_MS = 60 * 60_000;
const TIMEOUT_MS = 3_000;

/** @param now milliseconds, monotonic */
export function publishedDocument(
  identity: Dispatcher,
  path: string,
  now: () => number = () => performance.now(),
): PublishedDocument {
  let known: { document: unknown; readAt: number } | undefined;
  let reading: Promise<unknown> | undefined;

  async function read(): Promise<unknown> {
    const options = { path, method: 'GET', headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS } as const;
    const answer = await identity.request(options);
    const document: unknown = await answer.body.json();
    if (answer.statusCode !== 200) throw new Error(`identity answered ${answer.statusCode} to ${path}`);
    known = { document, readAt: now() };
    return document;
  }

  return async () => {
    if (known && now() - known.readAt < FRESH_MS) return known.document;
    reading ??= read().finally(() => (reading = undefined));
    try {
      return await reading;
    } catch (cause) {
      if (known && now() - known.readAt < USABLE_MS) return known.document;
      throw new Problem(503, 'document-unavailable', 'This document cannot be read right now', {
        headers: { 'retry-after': '1' },
        cause,
      });
    }
  };
}
