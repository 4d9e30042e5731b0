import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createContextReader,
  createContextSigner,
  createGrantCache,
  createTokenIssuer,
  createTokenVerifier,
  gatewayPrincipal,
  generateKey,
  ownIssuer,
  publicPart,
  serviceIdentity,
  type ExternalIssuer,
} from '@annals/auth';
import { allEvents, headers, type ContextRequest, type IdentityContext } from '@annals/contracts';
import type { EventStore } from '@annals/event-store';
import { runProjection, runReactor, type Pool, type SubjectKeyStore } from '@annals/postgres';
import { createApp, createLogger, erasureInside, runService } from '@annals/service';
import { signInFlood } from '../attempt/failed-sign-in.js';
import { createHasher } from '../credential/hashing.js';
import { identityErasers } from '../erasure/erasers.js';
import { relyingParty } from '../factor/relying-party.js';
import type { IdentityProviderPort } from '../idp/identity-provider.js';
import type { Identity, Settings } from '../identity.js';
import { folderMailer } from '../mail/mail-folder.js';
import { migrations } from '../migrations.js';
import { projections } from '../open-identity.js';
import { openPlaces } from '../place/places.js';
import { externalIssuers } from '../provider/external-issuers.js';
import { reactorsOf } from '../reactors/reactors.js';
import { routesOf } from '../routes.js';
import { deriveSecrets } from '../secrets.js';
import { createRevocationFeed } from '../session/revocation-feed.js';
import { openKeyRing, type KeyRingOptions } from '../token/key-ring.js';
import { recordSigningKeys } from '../token/record-keys.js';

export const issuer = 'https://annals.test';

export interface Answer {
  status: number;
  headers: Headers;
  // Tests look into answers of every shape.
  body: Record<string, unknown>;
}

export interface Ask {
  body?: unknown;
  /** Access token, turned into a signed context as the gateway does. */
  token?: string;
  /** Signed as it is, for callers who have no token of ours. */
  as?: IdentityContext;
  /** Account named by the request. */
  account?: string;
  headers?: Record<string, string>;
}

/** A session and the account it wants to work in. */
export interface AskedSession {
  user_id: string;
  session_id: string;
  selector: ContextRequest['selector'];
  account_optional?: boolean;
}

/** One process of identity over real stores, with the gateway's part played by the tests. */
export interface IdentityService {
  identity: Identity;
  url: string;
  /** Where its mails are kept. */
  mailFolder: string;
  call(method: string, path: string, ask?: Ask): Promise<Answer>;
  /** What the gateway asks about a session; a Problem body comes back with its status. */
  context(asked: AskedSession): Promise<Answer>;
  /** What the gateway asks about any caller. */
  contextOf(asked: ContextRequest): Promise<Answer>;
  /** A call of the export service on behalf of somebody. */
  asExport(method: string, path: string, as: IdentityContext, body?: unknown): Promise<Answer>;
  /** Headers with the gateway's own signed context. */
  asGateway(): Promise<Record<string, string>>;
  /** Resolves when read models and reactors have handled everything there was. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

const settings: Settings = {
  ...{ sessionTimeout: 3600, sessionLifetime: 30 * 86_400, elevatedSessionTimeout: 1800 },
  ...{ elevatedSessionLifetime: 12 * 3600, maxLoginAttempts: 5, passwordMinLength: 8 },
  requireVerifiedEmail: false,
};

/** What identity stands on in tests; given by the spec, since only specs may use the test library. */
export interface TestStores {
  database: { pool: Pool; appUrl: string };
  store: EventStore;
  keyEncryptionKey: Buffer;
  /** Of data subjects; without them nobody can be erased here. */
  keys?: SubjectKeyStore;
  stop(): Promise<void>;
}

/** What those stores have to hold. */
export const storeOptions = { service: 'identity', events: allEvents, migrations, projections };

/** Gives the tests of a file one identity over stores of its own; both are there once tests run. */
export function identityUnderTest<S extends TestStores>(
  startStores: () => Promise<S>,
): { service: () => IdentityService; stores: () => S } {
  let stores: S | undefined;
  let service: IdentityService | undefined;
  beforeAll(async () => {
    stores = await startStores();
    service = await startIdentity(stores);
  });
  afterAll(async () => {
    await service?.stop();
    await stores?.stop();
  });
  return { service: () => service!, stores: () => stores! };
}

/** Who else is there, besides the stores; nobody unless said. */
export interface Others {
  issuers?: readonly ExternalIssuer[];
  idp?: IdentityProviderPort;
  /** False: neither read models nor reactors run in this process. */
  follows?: boolean;
}

/** Starts identity over the given stores; several may run over the same. */
export async function startIdentity(
  stores: TestStores,
  over: Partial<Settings> = {},
  others: Others = {},
): Promise<IdentityService> {
  const { store, database } = stores;
  const { pool } = database;
  const logger = createLogger({ service: 'identity', level: 'silent' });
  const onError = (error: Error) => void error;
  const secrets = deriveSecrets(stores.keyEncryptionKey, Buffer.alloc(32, 7));
  const record: KeyRingOptions['record'] = (keys) => recordSigningKeys({ store }, keys, new Date().toISOString());
  const ring = await openKeyRing({ pool, secrets, period: 30 * 86_400_000, record, onError });
  const identity: Identity = {
    ...{ store, pool, secrets, settings: { ...settings, ...over } },
    hasher: createHasher({ concurrency: 2, queue: 16, niceness: 0 }),
    grantCache: createGrantCache(),
    issuers: externalIssuers(others.issuers ?? []),
    relyingParty: relyingParty(issuer, []),
    ...{ signInFlood: signInFlood(), onSignInLost: () => undefined },
    tokens: createTokenIssuer({ issuer, keys: () => ring.keys() }),
    places: openPlaces(),
  };
  const mailFolder = await mkdtemp(join(tmpdir(), 'annals-mail-'));
  const followed = others.follows ?? true;
  const runners = (followed ? projections : []).map((projection) =>
    runProjection({ projection, pool, store, onError }),
  );
  const mailer = folderMailer(mailFolder, 'Annals <no-reply@annals.test>');
  const reactors = (followed ? reactorsOf(identity, { mailer, publicUrl: issuer, idp: others.idp ?? null }) : []).map(
    (reactor) => runReactor({ reactor, pool, store, onError }),
  );
  const feed = createRevocationFeed(pool, database.appUrl, onError);

  const { privateJwk } = await generateKey(gatewayPrincipal);
  const signer = createContextSigner({ principal: gatewayPrincipal, privateJwk });
  const { privateJwk: exportJwk } = await generateKey('svc:export');
  const exportSigner = createContextSigner({ principal: 'svc:export', privateJwk: exportJwk });
  const { keys } = stores;
  const erasers = keys && identityErasers({ identity, keys, idp: others.idp ?? null, mailFolder, runners });
  const erasing = erasers ? erasureInside({ runners, erasers }) : [];
  const app = createApp({
    ...{ service: 'identity' as const, logger, projections: runners, readiness: {} },
    routes: [...routesOf(identity, { feed, issuer, mailFolder }), ...erasing],
    contextReader: createContextReader({ jwks: { keys: [publicPart(privateJwk), publicPart(exportJwk)] } }),
    commandKey: stores.keyEncryptionKey,
    checkReplies: true,
  });
  const running = await runService({
    ...{ service: 'identity' as const, logger, port: 0, exit: () => undefined },
    start: async () => ({ app }),
  });
  await running.ready;
  const url = `http://127.0.0.1:${running.port}`;
  const verifier = createTokenVerifier({
    issuers: [ownIssuer(issuer, `${url}/internal/jwks`)],
  });

  async function send(method: string, path: string, given: Record<string, string>, body?: unknown): Promise<Answer> {
    const answer = await fetch(url + path, {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...given },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, body: text ? (JSON.parse(text) as Answer['body']) : {} };
  }

  const asGateway = async () => ({ [headers.context]: await signer.sign(serviceIdentity(gatewayPrincipal)) });
  const contextOf = async (asked: ContextRequest) => send('POST', '/internal/contexts', await asGateway(), asked);
  const context = ({ user_id, session_id, selector, account_optional = false }: AskedSession) =>
    contextOf({
      ...{ caller: { kind: 'session', user_id, session_id }, selector, account_optional },
      client: { ip_address: '203.0.113.7', user_agent: 'jest' },
    });

  return {
    ...{ identity, url, mailFolder, asGateway, context, contextOf },
    asExport: async (method, path, as, body) =>
      send(method, path, { [headers.context]: await exportSigner.sign(as) }, body),
    async call(method, path, ask = {}) {
      const given: Record<string, string> = {
        [headers.clientAddress]: '203.0.113.7',
        [headers.clientAgent]: 'jest',
        ...ask.headers,
      };
      if (ask.as) given[headers.context] = await signer.sign(ask.as);
      if (ask.token === undefined) return send(method, `/api/v1${path}`, given, ask.body);
      const { subject, sessionId, accountId } = await verifier.verify(ask.token);
      const derived = await context({
        ...{ user_id: subject, session_id: sessionId! },
        ...{ selector: selectorOf(ask.account, accountId), account_optional: true },
      });
      if (derived.status !== 200) return derived;
      const signed = await signer.sign(derived.body as unknown as IdentityContext);
      return send(method, `/api/v1${path}`, { ...given, [headers.context]: signed }, ask.body);
    },
    async settled() {
      await Promise.all([...runners, ...reactors].map((runner) => runner.caughtUp()));
    },
    async stop() {
      await feed.stop();
      await running.stop();
      ring.stop();
      await Promise.all([...runners, ...reactors].map((runner) => runner.stop()));
      await rm(mailFolder, { recursive: true, force: true });
    },
  };
}

/** As the gateway names the account: by the request, else by the token; tests may ask for another one than it says. */
const selectorOf = (named: string | undefined, inToken: string | null): ContextRequest['selector'] => ({
  ...(named === undefined ? {} : { account_id: named }),
  ...(inToken === null || named !== undefined ? {} : { token_account_id: inToken }),
});
