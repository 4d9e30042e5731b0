/**
 * Sent with every answer (OWASP ASVS 5.0, 3.4). An API shows no page, so nothing may be loaded or framed; answers hold
 * personal data unless a route says otherwise, so nothing may be kept.
 */
export const securityHeaders: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
};

const wellFormed = /^[\w.-]{8,128}$/;

/** The caller's request id if it is well-formed, so that it cannot carry anything into logs. */
export function acceptedRequestId(header: string | undefined): string | undefined {
  return header !== undefined && wellFormed.test(header) ? header : undefined;
}
