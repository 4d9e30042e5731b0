import { headers } from '@annals/contracts';

const exposed = [
  'ETag',
  'Location',
  'Retry-After',
  'RateLimit',
  'RateLimit-Policy',
  'Server-Timing',
  headers.requestId,
  headers.traceId,
  headers.position,
  headers.idempotencyReplayed,
].join(', ');
const accepted = [
  'Authorization',
  'Content-Type',
  'If-Match',
  'If-None-Match',
  'Last-Event-ID',
  headers.accountId,
  headers.erasureReceipt,
  headers.idempotencyKey,
  headers.minPosition,
  headers.requestId,
].join(', ');

export interface CrossOriginRules {
  /** Headers that let a listed page read an answer; none for others, whose browser then refuses. */
  answer(origin: string | undefined): readonly string[];
  /** Headers of the answer to a preflight; null when the origin is not listed. */
  preflight(origin: string | undefined, allow: string): readonly string[] | null;
}

/**
 * CORS by an exact list. Origins are compared, never reflected, and no credentials are allowed: tokens travel in a
 * header that a page has to set itself.
 * @throws Error for an entry that is not an origin
 */
export function crossOriginRules(origins: readonly string[]): CrossOriginRules {
  for (const origin of origins) {
    if (!URL.canParse(origin) || new URL(origin).origin !== origin) throw new Error(`${origin} is not an origin`);
  }
  const answers = new Map(
    origins.map((origin) => [
      origin,
      ['access-control-allow-origin', origin, 'access-control-expose-headers', exposed] as const,
    ]),
  );
  return {
    answer: (origin) => (origin === undefined ? [] : (answers.get(origin) ?? [])),
    preflight(origin, allow) {
      if (origin === undefined || !answers.has(origin)) return null;
      return [
        ...['access-control-allow-origin', origin],
        ...['access-control-allow-methods', allow],
        ...['access-control-allow-headers', accepted],
        ...['access-control-max-age', '600'],
      ];
    },
  };
}
