import { Problem } from '@annals/contracts';
import { importJWK, type CryptoKey, type JWK } from 'jose';

/** Reads the document behind a `jwks_uri`. Throws when it cannot. */
export type FetchJwks = (uri: string) => Promise<unknown>;

export interface KeySet {
  /**
   * The public key with this id, for this algorithm.
   * @throws Problem 401 `token-key-unknown`, 503 `token-keys-unavailable` when the issuer's keys are not known at all
   */
  find(kid: string, algorithm: string): Promise<CryptoKey>;
  /** Refuses a key at once, whatever its issuer still publishes. */
  refuse(kid: string): void;
}

const second = 1000;
/** A set older than this is read again in the background while its keys still serve. */
const freshFor = 5 * 60 * second;
/** A set older than this is not trusted: the longest outage of the endpoint that known keys survive. */
const trustedFor = 60 * 60 * second;
/** Between two attempts, good or failed, that an unknown key id may cause. */
const cooldown = 30 * second;
/** While no set was ever read, attempts start closer together, so that services may start in any order. */
const firstCooldown = 1 * second;
const mostKeys = 100;

/** The keys of one issuer, read when needed and remembered. One request is in flight at a time. */
export function createKeySet(uri: string, fetchJwks: FetchJwks, now: () => number): KeySet {
  let keys = new Map<string, JWK>();
  let imported = new Map<string, Promise<CryptoKey>>();
  let readAt = -Infinity;
  let triedAt = -Infinity;
  let failures = 0;
  let reading: Promise<void> | undefined;
  const refused = new Set<string>();

  const age = () => now() - readAt;
  const wait = () => (readAt === -Infinity ? Math.min(cooldown, firstCooldown * 2 ** failures) : cooldown);
  const mayTry = () => now() - triedAt >= wait();

  return {
    async find(kid, algorithm) {
      if (refused.has(kid)) throw unknownKey();
      if (age() >= trustedFor) await readOrFail();
      else if (age() >= freshFor && mayTry()) void read().catch(leaveItToTheNext);
      // An unknown id may be a key published since: one more look, but not one for each made-up id.
      if (!keys.has(kid) && (reading || mayTry())) await read().catch(keepKnownKeys);
      const jwk = keys.get(kid);
      if (!jwk || (jwk.alg !== undefined && !sameAlgorithm(jwk.alg, algorithm))) throw unknownKey();
      return importOnce(kid, algorithm, jwk);
    },
    refuse: (kid) => void refused.add(kid),
  };

  async function readOrFail(): Promise<void> {
    if (!reading && !mayTry()) throw unavailable(undefined);
    await read().catch((cause: unknown) => {
      throw unavailable(cause);
    });
  }

  function read(): Promise<void> {
    if (reading) return reading;
    triedAt = now();
    reading = fetchJwks(uri)
      .then((document) => {
        keys = signingKeys(document);
        imported = new Map();
        readAt = now();
        failures = 0;
      })
      .catch((error: unknown) => {
        failures++;
        throw error;
      })
      .finally(() => (reading = undefined));
    return reading;
  }

  /** Nobody waits for an attempt in the background; `find` looks at the age of the keys each time. */
  function leaveItToTheNext(): void {}

  /** The endpoint is down: keys that are known and young enough still serve, which `find` decides by their age. */
  function keepKnownKeys(): void {
    if (age() >= trustedFor) throw unavailable(undefined);
  }

  function importOnce(kid: string, algorithm: string, jwk: JWK): Promise<CryptoKey> {
    const name = `${algorithm} ${kid}`;
    let key = imported.get(name);
    if (!key) {
      key = (importJWK(jwk, algorithm) as Promise<CryptoKey>).catch((cause: unknown) => {
        throw new Problem(401, 'token-key-unfit', 'The key of this token does not fit its algorithm', {
          headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
          cause,
        });
      });
      imported.set(name, key);
    }
    return key;
  }
}

const sameAlgorithm = (a: string, b: string) => a === b || (/^(EdDSA|Ed25519)$/.test(a) && /^(EdDSA|Ed25519)$/.test(b));

/** The public signing keys of a document, by id. Symmetric keys, keys for encryption and keys without an id are left out. */
function signingKeys(document: unknown): Map<string, JWK> {
  const list = (document as { keys?: unknown } | null)?.keys;
  if (!Array.isArray(list)) throw new Error('the key document holds no list of keys');
  const usable = (list as JWK[]).filter(
    (key) => typeof key?.kid === 'string' && key.kty !== 'oct' && (key.use ?? 'sig') === 'sig',
  );
  return new Map(usable.slice(0, mostKeys).map((key) => [key.kid!, key]));
}

const unknownKey = () =>
  new Problem(401, 'token-key-unknown', 'The key of this token is not known', {
    headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
  });

const unavailable = (cause: unknown) =>
  new Problem(503, 'token-keys-unavailable', "The issuer's keys cannot be read right now", {
    headers: { 'retry-after': '5' },
    cause,
  });

const longestDocument = 256 * 1024;

/** Reads a key document over HTTP: no redirects, 5 s, 256 KiB. */
export const fetchJwksOverHttp: FetchJwks = async (uri) => {
  const answer = await fetch(uri, {
    redirect: 'error',
    signal: AbortSignal.timeout(5000),
    headers: { accept: 'application/json' },
  });
  if (!answer.ok || !answer.body) throw new Error(`${uri} answered ${answer.status}`);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer.body as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > longestDocument) throw new Error(`${uri} answered more than ${longestDocument} bytes`);
    chunks.push(chunk);
  }
  return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown;
};
