import { generateKeyPairSync, randomUUID, sign, type JsonWebKey, type KeyObject } from 'node:crypto';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A signing key of the stub, with its published part. */
export interface StubKey {
  kid: string;
  privateKey: KeyObject;
  publicJwk: JsonWebKey;
}

/** An identity provider of somebody else, with its key document behind real HTTP. */
export interface StubIssuer {
  issuer: string;
  audience: string;
  jwksUri: string;
  /** As an entry of JWT_ISSUERS, with whatever is said besides. */
  setting(over?: Record<string, unknown>): Record<string, unknown>;
  /** A good access token with these claims and headers over; signed with another key when one is given. */
  token(claims?: Record<string, unknown>, header?: Record<string, unknown>, key?: StubKey): string;
  /** Publishes one more key and signs with it from now on. */
  rotate(kid?: string): StubKey;
  /** Publishes these keys and no others. */
  publish(...keys: StubKey[]): void;
  /** Answers like this instead of with the key document; as before when nothing is given. */
  answerWith(listener?: RequestListener): void;
  /** How often the key document was asked for. */
  fetches(): number;
  stop(): Promise<void>;
}

/** @param name short and different for each stub of a test: `https://<name>.test/` issues */
export async function startStubIssuer(name = 'elsewhere'): Promise<StubIssuer> {
  const issuer = `https://${name}.test/`;
  const audience = 'annals-elsewhere';
  let current = stubKey(`${name}-1`);
  let published = [current];
  let fetched = 0;
  let instead: RequestListener | undefined;
  const server = createServer((request, response) => {
    fetched += 1;
    if (instead) return instead(request, response);
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ keys: published.map(({ publicJwk }) => publicJwk) }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const jwksUri = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`;

  return {
    ...{ issuer, audience, jwksUri },
    setting: (over = {}) => ({ issuer, audience, jwks_uri: jwksUri, algorithms: ['ES256'], ...over }),
    token(claims = {}, header = {}, key = current) {
      const now = Math.floor(Date.now() / 1000);
      const full = {
        iss: issuer,
        aud: audience,
        sub: 'auth0|1',
        iat: now,
        exp: now + 300,
        jti: randomUUID(),
        ...claims,
      };
      const head = { alg: 'ES256', typ: 'at+jwt', kid: key.kid, ...header };
      return signed(head, full, key.privateKey);
    },
    rotate(kid = `${name}-${published.length + 1}`) {
      current = stubKey(kid);
      published = [...published, current];
      return current;
    },
    publish(...keys) {
      published = keys;
    },
    answerWith(listener) {
      instead = listener;
    },
    fetches: () => fetched,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A key that is nobody's yet. */
export function stubKey(kid: string): StubKey {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { kid, privateKey, publicJwk: { ...publicKey.export({ format: 'jwk' }), kid, alg: 'ES256', use: 'sig' } };
}

/** A compact JWS (RFC 7515 §3.1) with ES256. */
function signed(header: object, claims: object, key: KeyObject): string {
  const parts = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  const signature = sign('sha256', Buffer.from(parts), { key, dsaEncoding: 'ieee-p1363' });
  return `${parts}.${signature.toString('base64url')}`;
}
