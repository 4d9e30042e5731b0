import type { IncomingHttpHeaders } from 'undici/types/header.js';

/** Hop-by-hop headers (RFC 9110 §7.6.1), and what the edge itself says about every answer. */
const notPassed = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'date',
  'server',
  'x-powered-by',
  'x-request-id',
  'x-trace-id',
  'ratelimit',
  'ratelimit-policy',
  'server-timing',
]);

/**
 * The service's own headers as alternating names and values, without internal ones and without those that the edge
 * sets; and what every answer has to carry, where the service did not say it.
 */
export function outsideHeaders(answered: IncomingHttpHeaders, always: Readonly<Record<string, string>>): string[] {
  const sent: string[] = [];
  for (const name in answered) {
    const value = answered[name];
    if (value === undefined || notPassed.has(name)) continue;
    if (name.startsWith('x-annals-') || name.startsWith('access-control-')) continue;
    if (typeof value === 'string') sent.push(name, value);
    else for (const one of value) sent.push(name, one);
  }
  for (const name in always) if (answered[name] === undefined) sent.push(name, always[name]!);
  return sent;
}
