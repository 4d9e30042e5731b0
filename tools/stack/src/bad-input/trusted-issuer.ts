import { generateKey, publicPart, type PrivateJwk } from '@annals/auth';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ed25519With, minute, token } from './forged-tokens.js';

/** An identity provider of somebody else, which the stack is told to trust. */
export interface TrustedIssuer {
  /** For JWT_ISSUERS. */
  setting: string;
  /** A good token of it, with these claims over. */
  issue: (claims?: object, header?: object) => string;
  stop: () => void;
}

const audience = 'annals-elsewhere';

export async function startTrustedIssuer(): Promise<TrustedIssuer> {
  const { privateJwk } = await generateKey('elsewhere-1');
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ keys: [publicPart(privateJwk)] }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = 'https://elsewhere.test/';
  const jwks_uri = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`;
  return {
    setting: JSON.stringify([{ issuer, audience, jwks_uri, algorithms: ['EdDSA'] }]),
    issue: (claims = {}, header = {}) => issueWith(privateJwk, issuer, claims, header),
    stop: () => server.close(),
  };
}

function issueWith(key: PrivateJwk, iss: string, claims: object, header: object): string {
  const full = { iss, aud: audience, sub: 'elsewhere|1', ...minute(), ...claims };
  return token({ alg: 'EdDSA', typ: 'at+jwt', kid: key.kid, ...header }, full, ed25519With(key));
}
