import {
  createContextReader,
  createSigningKey,
  createTokenIssuer,
  ExternalIssuer,
  generateKey,
  type ContextReader,
  type TokenIssuer,
} from '@annals/auth';
import type { ContextRequest, IdentityContext, ProblemBody } from '@annals/contracts';
import { createLogger, createMetrics } from '@annals/service';
import { createServer, request as send, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { createGateway, type Gateway, type GatewayOptions } from './gateway.js';

const userId = '0190a000-0000-7000-8000-00000000000a';
const sessionId = '0190a000-0000-7000-8000-00000000000b';
const acme = '0190a000-0000-7000-8000-0000000000aa';
const globex = '0190a000-0000-7000-8000-0000000000bb';

const identityOf = (accountId: string): IdentityContext => ({
  kind: 'user',
  user_id: userId,
  principal: null,
  user_email_hash: null,
  account_id: accountId,
  account_slug: accountId === acme ? 'acme' : 'globex',
  session_id: sessionId,
  membership_id: `${accountId}_${userId}`,
  role: 'ADMIN',
  roles: ['ADMIN'],
  permissions: ['VIEW_CONTENT'],
  is_super_admin: false,
  is_system_admin_access: false,
  auth_methods: ['pwd'],
  actor: null,
  ...{
    conditional_permissions: [],
    temporary_roles: [],
    elevation_id: null,
    valid_until: null,
    authenticated_at: null,
  },
});

type Listener = (request: IncomingMessage, response: ServerResponse) => void;
const json = (response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}) => {
  const text = JSON.stringify(body);
  const length = String(Buffer.byteLength(text));
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': length, ...headers }).end(text);
};

async function listen(listener: Listener): Promise<{ server: Server; url: string }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}
async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

interface Answer {
  status: number;
  headers: IncomingMessage['headers'];
  bytes: Buffer;
  body: unknown;
}
/** Headers as alternating names and values, so that any spelling and any repetition can be sent. */
function call(url: string, options: { method?: string; headers?: string[]; body?: string } = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { method = 'GET', headers = [], body } = options;
    const sent = send(url, { method, headers: ['host', new URL(url).host, ...headers] }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const bytes = Buffer.concat(chunks);
        const isJson = /json/.test(response.headers['content-type'] ?? '') && !response.headers['content-encoding'];
        const parsed: unknown = isJson && bytes.length > 0 ? JSON.parse(bytes.toString()) : undefined;
        resolve({ status: response.statusCode!, headers: response.headers, bytes, body: parsed });
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** What a service behind the gateway received. */
interface Received {
  method: string;
  url: string;
  raw: string[];
  headers: IncomingMessage['headers'];
  body: string;
}

describe('the gateway', () => {
  let gateway: Gateway;
  let edge: Server;
  let url: string;
  let identity: { server: Server; url: string };
  let profile: { server: Server; url: string };
  let tokens: TokenIssuer;
  let reader: ContextReader;
  let token: string;
  let asked: ContextRequest[];
  let received: Received[];
  let answerContext: (asked: ContextRequest, response: ServerResponse) => void;
  let answerProfile: (one: Received, response: ServerResponse, request: IncomingMessage) => void;
  let feeds: Set<ServerResponse>;
  let seq: number;
  let options: GatewayOptions;

  const revoke = (kind: string, key: string) => {
    seq += 1;
    const marker = JSON.stringify({ seq, kind, key, at: new Date(0).toISOString() });
    for (const feed of feeds) feed.write(`id: ${seq}\ndata: ${marker}\n\nevent: heartbeat\ndata: {}\n\n`);
  };
  const bearer = (value = token) => ['authorization', `Bearer ${value}`];
  const get = (path: string, headers: string[] = bearer()) => call(url + path, { headers });
  const problemOf = (answer: Answer) => answer.body as ProblemBody;

  beforeEach(async () => {
    const [gatewayKey, tokenKey] = await Promise.all([generateKey('gateway'), createSigningKey('k1', 0)]);
    asked = [];
    received = [];
    feeds = new Set();
    seq = 0;
    answerContext = ({ selector }, response) =>
      json(response, 200, identityOf(selector.account_id ?? selector.token_account_id ?? acme));
    answerProfile = (_one, response) => json(response, 200, { ok: true }, { etag: '"3"' });

    identity = await listen((request, response) => {
      if (request.url === '/internal/jwks') return json(response, 200, tokens.jwks());
      if (request.url === '/internal/openid-configuration')
        return json(response, 200, { issuer: 'http://annals.test' });
      if (request.url?.startsWith('/internal/revocations')) {
        feeds.add(response);
        response.on('close', () => feeds.delete(response));
        response.writeHead(200, { 'content-type': 'text/event-stream' }).write('event: heartbeat\ndata: {}\n\n');
        return;
      }
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        if (request.url !== '/internal/contexts') return json(response, 200, { from: 'identity', body });
        const question = JSON.parse(body) as ContextRequest;
        asked.push(question);
        answerContext(question, response);
      });
    });
    profile = await listen((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        const { method, url: path, rawHeaders: raw, headers } = request;
        const one = { method: method!, url: path!, raw, headers, body };
        received.push(one);
        answerProfile(one, response, request);
      });
    });
    tokens = createTokenIssuer({ issuer: 'http://annals.test', keys: () => [tokenKey] });
    reader = createContextReader({ jwks: { keys: [gatewayKey.publicJwk] } });
    token = await mint({});
    options = {
      services: { identity: identity.url, profile: profile.url, activity: profile.url, export: profile.url },
      publicUrl: 'http://annals.test',
      issuers: [],
      signingKey: gatewayKey.privateJwk,
      contextKeys: { keys: [gatewayKey.publicJwk] },
      corsOrigins: ['https://app.test'],
      trustedProxies: [],
      userLimit: 0,
      addressLimit: 0,
      upstreamTimeoutMs: 5_000,
      timing: 'request',
      version: { version: '1.2.3', commit: 'abc' },
      logger: createLogger({ service: 'gateway', level: 'silent' }),
      metrics: createMetrics(),
    };
    await open();
  });
  afterEach(async () => {
    await close(edge);
    await gateway.close();
    await Promise.all([close(identity.server), close(profile.server)]);
  });

  const mint = async (claims: { sub?: string; account_id?: string | null }) =>
    (await tokens.mint({ sub: userId, sid: sessionId, account_id: acme, amr: ['pwd'], ...claims })).token;
  async function open(): Promise<void> {
    gateway = createGateway(options);
    ({ server: edge, url } = await listen(gateway.app));
    // Until the feed has spoken nothing is taken from the cache. Readiness is not asked: its verdict is kept for a second.
    await until(() => options.metrics!.text().includes('annals_revocation_feed_trusted 1'));
    await readyAt(url);
  }
  async function readyAt(base: string): Promise<void> {
    while ((await call(`${base}/api/v1/users/profile`, { headers: bearer() })).status !== 200) await Promise.resolve();
    asked.length = 0;
    received.length = 0;
  }
  async function reopen(changes: Partial<GatewayOptions>): Promise<void> {
    await close(edge);
    await gateway.close();
    feeds.clear();
    options = { ...options, metrics: createMetrics(), ...changes };
    await open();
  }

  describe('what reaches a service', () => {
    it('is the path, query and body as they came, with the signed context and the request part', async () => {
      const answer = await call(`${url}/api/v1/users/profile?a=%20b`, {
        method: 'PUT',
        headers: [...bearer(), 'content-type', 'application/json', 'if-match', '"2"', 'x-request-id', 'my-request-1'],
        body: '{"bio":"é"}',
      });
      expect(answer).toMatchObject({ status: 200, body: { ok: true } });
      expect(answer.headers).toMatchObject({ etag: '"3"', 'x-request-id': 'my-request-1' });
      expect(answer.headers['x-trace-id']).toMatch(/^[0-9a-f]{32}$/);
      const one = received[0]!;
      expect(one).toMatchObject({ method: 'PUT', url: '/api/v1/users/profile?a=%20b', body: '{"bio":"é"}' });
      expect(one.headers).toMatchObject({
        'if-match': '"2"',
        'x-request-id': 'my-request-1',
        'x-causation-id': 'my-request-1',
        'x-annals-client-address': '127.0.0.1',
        traceparent: expect.stringContaining(String(answer.headers['x-trace-id'])) as string,
      });
      expect(one.headers['x-correlation-id']).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
      expect(one.headers).not.toHaveProperty('authorization');
      await expect(reader.read(one.headers['x-annals-context'] as string)).resolves.toMatchObject({ account_id: acme });
    });

    it.each([
      ['as it is', 'x-annals-context'],
      ['in capitals', 'X-ANNALS-CONTEXT'],
      ['with underscores', 'x_annals_context'],
      ['mixed', 'X-Annals_Context'],
      ['the address', 'x-annals-client-address'],
      ['the agent', 'X-Annals-Client-Agent'],
      ['the correlation', 'X-Correlation-Id'],
      ['the correlation with underscores', 'X_CORRELATION_ID'],
      ['the causation', 'x-causation-id'],
      ['the transaction', 'x-transaction-id'],
      ['the trace state', 'tracestate'],
      ['the baggage', 'baggage'],
      ['a header of a proxy', 'x-forwarded-for'],
      ['a header of a proxy, standard', 'forwarded'],
    ])("carries no inside header of a client's: %s", async (_name, header) => {
      await get('/api/v1/users/profile', [
        ...bearer(),
        header,
        'spoofed',
        header,
        'spoofed',
        header.toUpperCase(),
        'spoofed',
      ]);
      expect(received[0]!.raw.filter((text) => text.includes('spoofed'))).toEqual([]);
      const contexts = received[0]!.raw.filter((text) => /^x.annals.context$/i.test(text));
      expect(contexts).toEqual(['x-annals-context']);
    });

    it("makes a trace of its own and only links an outside caller's", async () => {
      const outside = '00-0123456789abcdef0123456789abcdef-0123456789abcdef-01';
      await get('/api/v1/users/profile', [...bearer(), 'traceparent', outside]);
      expect(received[0]!.headers.traceparent).not.toContain('0123456789abcdef');
    });

    it('makes a request id of its own for one that is not well-formed', async () => {
      const answer = await get('/api/v1/users/profile', [...bearer(), 'x-request-id', 'a b{}']);
      expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    });

    it("takes the client's address from a trusted proxy alone", async () => {
      await reopen({ trustedProxies: ['127.0.0.0/8'] });
      await get('/api/v1/users/profile', [...bearer(), 'x-forwarded-for', '6.6.6.6, 203.0.113.9, 127.0.0.5']);
      expect(received.at(-1)!.headers['x-annals-client-address']).toBe('203.0.113.9');
    });

    it('knows who sends a token to a route that is open to both, and refuses one that does not count', async () => {
      const accept = (headers: string[]) =>
        call(`${url}/api/v1/invitations/accept`, {
          ...{ method: 'POST', headers: [...headers, 'content-type', 'application/json'], body: '{}' },
        });
      expect((await accept([])).status).toBe(200);
      expect(asked).toHaveLength(0);
      expect((await accept(bearer())).status).toBe(200);
      // The person counts, not an account: who is in none may accept, too.
      expect(asked).toMatchObject([{ account_optional: true }]);
      expect((await accept(bearer('nonsense'))).status).toBe(401);
    });

    it('has no context for an open route, whatever token came along', async () => {
      const answer = await call(`${url}/api/v1/auth/login`, {
        method: 'POST',
        headers: [...bearer('nonsense'), 'content-type', 'application/json', 'x-annals-context', 'spoofed'],
        body: '{}',
      });
      expect(answer).toMatchObject({ status: 200, body: { from: 'identity', body: '{}' } });
      expect(asked).toEqual([]);
    });
  });

  describe('paths', () => {
    it.each([
      '/',
      '/api/v1',
      '/api/v1/',
      '/api/v1/nothing',
      '/internal/contexts',
      '/api/v1/../internal/jwks',
      '/metrics',
    ])('answers 404 to %s', async (path) => {
      const { port } = new URL(url);
      const raw = await new Promise<string>((resolve, reject) => {
        // A plain socket, because a client library would tidy the path up.
        const socket = connect(Number(port), '127.0.0.1', () =>
          socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`),
        );
        let text = '';
        socket.on('data', (chunk) => (text += chunk.toString())).on('end', () => resolve(text));
        socket.on('error', reject);
      });
      expect(raw).toMatch(/^HTTP\/1\.1 404 /);
      expect(raw).toContain('"code":"path-unknown"');
      expect(received).toEqual([]);
    });

    it('takes an id in a path for a UUID only', async () => {
      expect((await get(`/api/v1/users/${userId}/profile`)).status).toBe(200);
      expect((await get('/api/v1/users/me/profile')).status).toBe(404);
    });

    it('answers 405 with what the path does answer', async () => {
      const answer = await call(`${url}/api/v1/users/profile`, { method: 'POST', headers: bearer() });
      expect(problemOf(answer)).toMatchObject({ status: 405, code: 'method-not-allowed' });
      expect(answer.headers.allow!.split(', ').sort()).toEqual(['DELETE', 'GET', 'PATCH', 'PUT']);
    });

    it('passes HEAD on where there is a GET', async () => {
      const answer = await call(`${url}/api/v1/users/profile`, { method: 'HEAD', headers: bearer() });
      expect(answer).toMatchObject({ status: 200, bytes: Buffer.alloc(0) });
      expect(received[0]!.method).toBe('HEAD');
    });
  });

  describe('who asks', () => {
    it.each([
      ['no token', [] as string[], 'token-required', 'Bearer'],
      ['a token of another scheme', ['authorization', 'Basic abc'], 'token-malformed', 'Bearer error="invalid_token"'],
      [
        'no token at all behind the word',
        ['authorization', 'Bearer '],
        'token-malformed',
        'Bearer error="invalid_token"',
      ],
      ['nonsense', ['authorization', 'Bearer nonsense'], 'token-malformed', 'Bearer error="invalid_token"'],
    ])('answers 401 to %s', async (_name, headers, code, challenge) => {
      const answer = await get('/api/v1/users/profile', headers);
      expect(problemOf(answer)).toMatchObject({
        status: 401,
        statusCode: 401,
        code,
        instance: '/api/v1/users/profile',
      });
      expect(answer.headers).toMatchObject({
        'www-authenticate': challenge,
        'content-type': 'application/problem+json; charset=utf-8',
        'x-request-id': problemOf(answer).request_id,
        'x-trace-id': problemOf(answer).trace_id,
      });
      expect(received).toEqual([]);
    });

    it('refuses a token of a foreign key, of another issuer, and an expired one', async () => {
      const foreign = await createSigningKey('k1', 0);
      const forge = async (issuer: string, key: typeof foreign, now = Date.now) =>
        (
          await createTokenIssuer({ issuer, keys: () => [key], now }).mint({
            ...{ sub: userId, sid: sessionId, account_id: acme, amr: [] },
          })
        ).token;
      const codes = [];
      for (const bad of [
        await forge('http://annals.test', foreign),
        await forge('http://other.test', foreign),
        await forge('http://annals.test', foreign, () => Date.now() - 3_600_000),
      ]) {
        codes.push(problemOf(await get('/api/v1/users/profile', bearer(bad))).code);
      }
      expect(codes).toEqual(['token-signature', 'token-issuer-unknown', 'token-signature']);
      expect(asked).toEqual([]);
    });

    it("does not take another trusted issuer's subject for one of our users", async () => {
      const key = await createSigningKey('other', 0);
      const other = createTokenIssuer({ issuer: 'http://other.test', keys: () => [key] });
      const keys = await listen((_request, response) => json(response, 200, other.jwks()));
      await reopen({
        issuers: [
          ExternalIssuer.parse({
            ...{ issuer: 'http://other.test', audience: 'annals', jwks_uri: keys.url },
            ...{ algorithms: ['EdDSA'], types: ['at+jwt'] },
          }),
        ],
      });
      const claims = { sub: userId, sid: sessionId, account_id: acme, amr: [] };
      answerContext = (_asked, response) => json(response, 401, { code: 'identity-not-linked', detail: 'x' });
      const answer = await get('/api/v1/users/profile', bearer((await other.mint(claims)).token));
      await close(keys.server);
      expect(problemOf(answer).code).toBe('identity-not-linked');
      expect(asked).toEqual([
        expect.objectContaining({
          caller: expect.objectContaining({ kind: 'external', issuer: 'http://other.test', subject: userId }) as object,
          selector: {},
        }),
      ]);
    });

    it('asks identity once for a token, and for many calls at the same time', async () => {
      const fresh = await mint({ account_id: globex });
      const answers = await Promise.all(Array.from({ length: 20 }, () => get('/api/v1/users/profile', bearer(fresh))));
      await get('/api/v1/users/profile', bearer(fresh));
      expect(answers.every((one) => one.status === 200)).toBe(true);
      expect(asked).toHaveLength(1);
      expect(asked[0]).toEqual({
        caller: { kind: 'session', user_id: userId, session_id: sessionId, auth_methods: ['pwd'] },
        selector: { token_account_id: globex },
        account_optional: false,
        client: { ip_address: '127.0.0.1', user_agent: null },
      });
    });

    it.each([
      ['session', sessionId],
      ['user', userId],
      ['account', acme],
      ['membership', `${acme}_${userId}`],
    ])('asks again when a marker for its %s arrives, and refuses what identity refuses', async (kind, key) => {
      answerContext = (_asked, response) =>
        json(response, 401, { code: 'session-ended', detail: 'This session has ended' });
      expect((await get('/api/v1/users/profile')).status).toBe(200);
      revoke(kind, key);
      let answer = await get('/api/v1/users/profile');
      while (answer.status === 200) answer = await get('/api/v1/users/profile');
      expect(problemOf(answer)).toMatchObject({ status: 401, code: 'session-ended' });
    });

    it('asks again after a change at identity, before the feed has told of it', async () => {
      const other = bearer(await mint({ account_id: globex }));
      await get('/api/v1/users/profile', other);
      await call(`${url}/api/v1/auth/logout`, { method: 'POST', headers: bearer() });
      asked.length = 0;
      answerContext = (_asked, response) => json(response, 401, { code: 'session-ended', detail: 'x' });
      expect(problemOf(await get('/api/v1/users/profile')).code).toBe('session-ended');
      expect(problemOf(await get('/api/v1/users/profile', other)).code).toBe('session-ended');
    });

    it('keeps contexts that a marker is not about', async () => {
      const other = bearer(await mint({ account_id: globex }));
      await get('/api/v1/users/profile', other);
      asked.length = 0;
      revoke('session', '0190a000-0000-7000-8000-0000000000ff');
      revoke('membership', `${globex}_${userId}`);
      // Both have arrived when the context that the second one is about is asked for again.
      while (asked.length === 0) await get('/api/v1/users/profile', other);
      asked.length = 0;
      for (let n = 0; n < 20; n++) await get('/api/v1/users/profile');
      expect(asked).toEqual([]);
    });

    it('answers 503, not 401, when identity cannot be asked', async () => {
      await close(identity.server);
      const answer = await get('/api/v1/users/profile', bearer(await mint({ account_id: globex })));
      expect(problemOf(answer)).toMatchObject({ status: 503, code: 'identity-unavailable' });
      expect(answer.headers['retry-after']).toBe('1');
    });

    it('takes a refusal of the gateway itself for trouble of ours', async () => {
      answerContext = (_asked, response) => json(response, 401, { code: 'context-invalid', detail: 'x' });
      const answer = await get('/api/v1/users/profile', bearer(await mint({ account_id: globex })));
      expect(problemOf(answer).code).toBe('identity-unavailable');
    });

    it('follows the feed again after it broke off, from the last marker', async () => {
      revoke('session', '0190a000-0000-7000-8000-0000000000ff');
      for (const feed of feeds) feed.destroy();
      await until(() => feeds.size === 0);
      await until(() => feeds.size === 1);
      revoke('user', userId);
      while (asked.length === 0) await get('/api/v1/users/profile');
    });
  });

  describe('which account', () => {
    const select = async (headers: string[], tokenAccount: string | null, path = '/api/v1/users/profile') => {
      asked.length = 0;
      const answer = await get(path, [...bearer(await mint({ account_id: tokenAccount })), ...headers]);
      return { answer, selector: asked[0]?.selector };
    };
    it.each([
      ['the token alone', [], acme, { token_account_id: acme }],
      ['nothing: identity finds the only membership', [], null, {}],
      ['the header, an id', ['account-id', globex], null, { account_id: globex }],
      ['the header, a slug', ['Account-Id', 'Globex'], null, { slug: 'globex' }],
      [
        'the header and the token, the same',
        ['account-id', acme.toUpperCase()],
        acme,
        { account_id: acme, token_account_id: acme },
      ],
      [
        'a slug and the token: identity compares',
        ['account-id', 'globex'],
        acme,
        { slug: 'globex', token_account_id: acme },
      ],
    ])('%s', async (_name, headers, tokenAccount, selector) => {
      await expect(select(headers, tokenAccount)).resolves.toMatchObject({ answer: { status: 200 }, selector });
    });

    it('the path, and the path before the header', async () => {
      const { selector } = await select(['account-id', 'globex'], null, `/api/v1/accounts/${globex}/members`);
      expect(selector).toEqual({ account_id: globex, slug: 'globex' });
    });

    it.each([
      ['header and token', ['account-id', globex], acme, '/api/v1/users/profile'],
      ['path and token', [], acme, `/api/v1/accounts/${globex}`],
      ['path and header', ['account-id', acme], null, `/api/v1/accounts/${globex}`],
    ])('403 when %s disagree; identity is asked for no account', async (_name, headers, tokenAccount, path) => {
      const { answer, selector } = await select(headers, tokenAccount, path);
      expect(problemOf(answer)).toMatchObject({ status: 403, code: 'account-mismatch' });
      expect(selector ?? {}).toEqual({});
    });

    it.each([
      [403, 'no-account-access', 'No access to this account'],
      [400, 'account-required', 'Say for which account'],
    ])('passes on what identity says: %s %s', async (status, code, detail) => {
      answerContext = (_asked, response) => json(response, status, { code, detail });
      const { answer } = await select(['account-id', globex], null);
      expect(problemOf(answer)).toMatchObject({ status, code, detail, message: detail });
    });

    it.each(['a b', '../x', 'x'.repeat(65), 'acme, globex', ''])('400 for an account-id like %j', async (value) => {
      const { answer } = await select(['account-id', value], null);
      expect(problemOf(answer)).toMatchObject({ status: 400, code: 'account-id-invalid' });
    });

    it('keeps contexts of two accounts apart', async () => {
      const any = await mint({ account_id: null });
      const accountOf = async (account: string) => {
        const answer = await get('/api/v1/me/context', [...bearer(any), 'account-id', account]);
        return (answer.body as IdentityContext).account_id;
      };
      expect(await accountOf(acme)).toBe(acme);
      expect(await accountOf(globex)).toBe(globex);
      expect(await accountOf(acme)).toBe(acme);
    });
  });

  describe('bodies', () => {
    const put = (headers: string[], body: string) =>
      call(`${url}/api/v1/users/profile`, { method: 'PUT', headers: [...bearer(), ...headers], body });
    const jsonType = ['content-type', 'application/json'];

    it('refuses a body over the limit before it is sent on, said or not', async () => {
      const long = JSON.stringify({ bio: 'x'.repeat(100 * 1024) });
      const said = await put([...jsonType, 'content-length', String(long.length)], long).catch(
        (error: unknown) => error,
      );
      const chunked = await put([...jsonType, 'transfer-encoding', 'chunked'], long).catch((error: unknown) => error);
      for (const answer of [said, chunked] as Answer[]) {
        expect(problemOf(answer)).toMatchObject({ status: 413, code: 'body-too-large' });
        expect(answer.headers.connection).toBe('close');
      }
      expect(received).toEqual([]);
    });

    it('refuses a compressed body', async () => {
      const answer = await put([...jsonType, 'content-encoding', 'gzip'], 'x');
      expect(problemOf(answer)).toMatchObject({ status: 415, code: 'content-encoding-unsupported' });
    });

    it('does not bother a service with a body that ends early', async () => {
      const leaving = send(`${url}/api/v1/users/profile`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'content-length': '100' },
      });
      leaving.on('error', () => undefined).write('{"half":');
      await until(() => options.metrics!.text().includes('annals_http_in_flight 1'));
      leaving.destroy();
      await until(() => options.metrics!.text().includes('annals_http_in_flight 0'));
      expect(received).toEqual([]);
    });

    it('lets go of a body whose client went away before anybody read it', async () => {
      await reopen({ bodyTimeouts: { silenceMs: 600_000, wholeMs: 600_000 } });
      let [isGone, goOn] = [false, undefined as (() => void) | undefined];
      edge.once('request', (request: IncomingMessage) => request.once('close', () => (isGone = true)));
      answerContext = (_asked, response) => (goOn = () => json(response, 200, identityOf(globex)));
      const authorization = `Bearer ${await mint({ account_id: globex })}`;
      const leaving = send(`${url}/api/v1/users/profile`, {
        ...{ method: 'PUT', headers: { authorization, 'content-type': 'application/json', 'content-length': '100' } },
      });
      leaving.on('error', () => undefined).write('{"half":');
      await until(() => goOn !== undefined);
      leaving.destroy();
      await until(() => isGone);
      goOn!();
      await until(() => options.metrics!.text().includes('annals_http_in_flight 0'));
      expect(received).toEqual([]);
    });

    it('passes a chunked body of a fitting size on', async () => {
      await put([...jsonType, 'transfer-encoding', 'chunked'], '{"bio":"x"}');
      expect(received[0]!.body).toBe('{"bio":"x"}');
    });
  });

  describe('answers', () => {
    it('carry security headers and none of the inside', async () => {
      answerProfile = (_one, response) =>
        json(
          response,
          200,
          {},
          { 'x-annals-secret': 'x', 'x-powered-by': 'x', server: 'x', 'x-position': '1-1@profile' },
        );
      const { headers } = await get('/api/v1/users/profile');
      expect(headers).toMatchObject({
        'cache-control': 'no-store',
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'strict-transport-security': 'max-age=31536000; includeSubDomains',
        'x-position': '1-1@profile',
      });
      expect(headers).not.toHaveProperty('x-annals-secret');
      expect(headers).not.toHaveProperty('x-powered-by');
      expect(headers).not.toHaveProperty('server');
    });

    it('are compressed from 1 KB on for clients that can read it, and keep their entity tag', async () => {
      const long = { text: 'x'.repeat(2_000) };
      answerProfile = (_one, response) => json(response, 200, long, { etag: '"7"' });
      const packed = await get('/api/v1/users/profile', [...bearer(), 'accept-encoding', 'br, gzip;q=0.5']);
      expect(packed.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'Accept-Encoding', etag: '"7"' });
      expect(JSON.parse(gunzipSync(packed.bytes).toString())).toEqual(long);
      for (const accepted of ['identity', 'gzip;q=0', '']) {
        const plain = await get('/api/v1/users/profile', [...bearer(), 'accept-encoding', accepted]);
        expect(plain.body).toEqual(long);
      }
      answerProfile = (_one, response) => json(response, 200, { short: true });
      const short = await get('/api/v1/users/profile', [...bearer(), 'accept-encoding', 'gzip']);
      expect(short.body).toEqual({ short: true });
    });

    it('pass 304 and 204 through', async () => {
      answerProfile = (_one, response) => response.writeHead(304, { etag: '"3"' }).end();
      const answer = await get('/api/v1/users/profile', [
        ...bearer(),
        'if-none-match',
        '"3"',
        'accept-encoding',
        'gzip',
      ]);
      expect(answer).toMatchObject({ status: 304, bytes: Buffer.alloc(0) });
      expect(received[0]!.headers['if-none-match']).toBe('"3"');
    });

    it('stream events as they come, uncompressed', async () => {
      const writes: ServerResponse[] = [];
      answerProfile = (_one, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.flushHeaders();
        writes.push(response);
      };
      const path = `/api/v1/users/data/export/${userId}/events`;
      const response = await new Promise<IncomingMessage>((resolve) =>
        send(url + path, { headers: { authorization: `Bearer ${token}`, 'accept-encoding': 'gzip' } }, resolve).end(),
      );
      for (const text of ['data: one\n\n', 'data: two\n\n']) {
        const next = new Promise((resolve) => response.once('data', (chunk: Buffer) => resolve(chunk.toString())));
        writes[0]!.write(text);
        expect(await next).toBe(text);
      }
      response.destroy();
      await until(() => writes[0]!.destroyed);
    });

    it('end event streams well when the process is to stop, and the call behind them', async () => {
      let service: ServerResponse | undefined;
      answerProfile = (_one, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: one\n\n');
        service = response;
      };
      const following = get(`/api/v1/users/data/export/${userId}/events`);
      await until(() => service !== undefined);
      const ending = until(() => {
        gateway.endStreams();
        service!.write('data: more\n\n');
        return service!.destroyed;
      });
      const answer = await following;
      await ending;
      expect(answer.status).toBe(200);
      expect(answer.bytes.toString()).toContain('data: one');
    });

    it('wait for a slow reader without piling up', async () => {
      const total = 64;
      const chunk = Buffer.alloc(256 * 1024, 'x');
      let written = 0;
      answerProfile = (_one, response) => {
        response.writeHead(200, { 'content-type': 'application/octet-stream' });
        const more = () => {
          while (written < total) {
            written += 1;
            if (!response.write(chunk)) return response.once('drain', more);
          }
          response.end();
        };
        more();
      };
      const path = `/api/v1/users/data/export/${userId}/download`;
      const response = await new Promise<IncomingMessage>((resolve) =>
        send(url + path, { headers: { authorization: `Bearer ${token}` } }, resolve).end(),
      );
      response.pause();
      let before = -1;
      // When nothing moves any more while nobody reads, the service has been told to wait.
      while (before !== written) {
        before = written;
        for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve));
      }
      expect(written).toBeLessThan(total);
      let size = 0;
      for await (const part of response as AsyncIterable<Buffer>) size += part.length;
      expect(size).toBe(total * chunk.length);
    });
  });

  describe('when a service fails', () => {
    it('answers 503 with Retry-After when it is down', async () => {
      await close(profile.server);
      const answer = await get('/api/v1/users/profile');
      expect(problemOf(answer)).toMatchObject({ status: 503, code: 'upstream-unavailable' });
      expect(answer.headers['retry-after']).toBe('1');
    });

    it('answers 503 when it takes too long, and lets go of the call', async () => {
      await reopen({ upstreamTimeoutMs: 200 });
      let closed = false;
      answerProfile = (_one, response) => response.on('close', () => (closed = true));
      const answer = await get('/api/v1/users/profile');
      expect(problemOf(answer)).toMatchObject({ status: 503, code: 'upstream-timeout' });
      await until(() => closed);
    });

    it('reads again when a kept connection was cut, but never writes again', async () => {
      answerProfile = (_one, response) =>
        received.length === 1 ? void response.socket!.destroy() : json(response, 200, { ok: true });
      expect((await get('/api/v1/users/profile')).status).toBe(200);
      expect(received).toHaveLength(2);
      received.length = 0;
      const options = { method: 'PUT', headers: [...bearer(), 'content-type', 'application/json'], body: '{}' };
      expect((await call(`${url}/api/v1/users/profile`, options)).status).toBe(503);
      expect(received).toHaveLength(1);
    });

    it('cuts the connection when an answer breaks off in the middle', async () => {
      answerProfile = (_one, response) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' });
        response.write('{"half":');
        setImmediate(() => response.socket!.destroy());
      };
      await expect(get('/api/v1/users/profile')).rejects.toThrow(/aborted|socket hang up/);
      await until(() => options.metrics!.text().includes('status="503"'));
    });

    it('ends the call when the client goes away', async () => {
      let closed = false;
      answerProfile = (_one, response) => response.on('close', () => (closed = true));
      const leaving = send(`${url}/api/v1/users/profile`, { headers: { authorization: `Bearer ${token}` } });
      leaving.on('error', () => undefined).end();
      await until(() => received.length === 1);
      leaving.destroy();
      await until(() => closed);
      // It is nobody's failure, so it must not count as one of ours.
      await until(() => options.metrics!.text().includes('status="499"'));
      expect(options.metrics!.text()).not.toContain('status="503"');
      expect((await get('/api/v1/permissions')).status).toBe(200);
    });
  });

  describe('what it shows of itself', () => {
    it('counts each request once, by template and never by path', async () => {
      await reopen({});
      await get(`/api/v1/users/${userId}/profile`);
      await get('/api/v1/me/context');
      await get('/api/v1/made-up');
      const shown = () => options.metrics!.text();
      await until(() => shown().includes('route="(none)"'));
      expect(shown()).toContain(
        'annals_http_request_seconds_count{method="GET",route="/users/{user_id}/profile",status="200"} 1',
      );
      expect(shown()).toContain('annals_http_request_seconds_count{method="GET",route="/me/context",status="200"} 1');
      expect(shown()).toContain('annals_http_in_flight 0');
      expect(shown()).toMatch(/annals_context_lookups\{result="hits"\} \d/);
      expect(shown()).toContain('annals_revocation_feed_trusted 1');
      expect(shown()).not.toContain('made-up');
      expect(shown()).not.toContain(userId);
    });
  });

  describe('limits', () => {
    it('counts requests of a user, says what is left, and refuses more', async () => {
      await reopen({ userLimit: 5 });
      let answer = await get('/api/v1/users/profile');
      expect(answer.headers['ratelimit-policy']).toBe('"user";q=5;w=60');
      expect(answer.headers.ratelimit).toMatch(/^"user";r=\d;t=\d+$/);
      while (answer.status === 200) answer = await get('/api/v1/users/profile');
      expect(problemOf(answer)).toMatchObject({ status: 429, code: 'rate-limited' });
      expect(answer.headers).toMatchObject({ ratelimit: expect.stringContaining(';r=0;') as string });
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    });

    it('counts requests of an address where nobody has signed in', async () => {
      await reopen({ addressLimit: 5 });
      const login = () =>
        call(`${url}/api/v1/auth/login`, { method: 'POST', headers: ['content-type', 'application/json'], body: '{}' });
      let answer = await login();
      expect(answer.headers['ratelimit-policy']).toBe('"address";q=5;w=60');
      while (answer.status === 200) answer = await login();
      expect(answer.status).toBe(429);
    });
  });

  describe('pages of other origins', () => {
    it('may read answers when their origin is listed, exactly', async () => {
      const listed = await get('/api/v1/users/profile', [...bearer(), 'origin', 'https://app.test']);
      expect(listed.headers).toMatchObject({ 'access-control-allow-origin': 'https://app.test', vary: 'Origin' });
      expect(listed.headers['access-control-expose-headers']).toContain('ETag');
      for (const origin of ['https://app.test.evil', 'https://APP.test', 'null', 'http://app.test']) {
        const other = await get('/api/v1/users/profile', [...bearer(), 'origin', origin]);
        expect(other.headers).not.toHaveProperty('access-control-allow-origin');
      }
    });

    it('are told before they ask', async () => {
      const preflight = (origin: string, path = '/api/v1/users/profile') =>
        call(url + path, { method: 'OPTIONS', headers: ['origin', origin, 'access-control-request-method', 'PUT'] });
      const allowed = await preflight('https://app.test');
      expect(allowed.status).toBe(204);
      expect(allowed.headers['access-control-allow-methods']).toContain('PUT');
      expect(allowed.headers['access-control-allow-headers']).toContain('Authorization');
      expect(allowed.headers).not.toHaveProperty('access-control-allow-credentials');
      expect((await preflight('https://evil.test')).status).toBe(403);
      const plain = await call(`${url}/api/v1/users/profile`, { method: 'OPTIONS' });
      expect(plain).toMatchObject({ status: 204, headers: { allow: 'DELETE, GET, PATCH, PUT' } });
      expect((await preflight('https://app.test', '/api/v1/nothing')).status).toBe(404);
    });
  });

  describe('what it answers itself', () => {
    it('the context of whoever asks, with the request part', async () => {
      const answer = await get('/api/v1/me/context', [
        ...bearer(),
        'x-request-id',
        'my-request-2',
        'user-agent',
        'test/1',
      ]);
      expect(answer.status).toBe(200);
      expect(answer.body).toMatchObject({
        ...identityOf(acme),
        request_id: 'my-request-2',
        ip_address: '127.0.0.1',
        user_agent: 'test/1',
      });
      expect(answer.headers).toMatchObject({ 'x-request-id': 'my-request-2', 'cache-control': 'no-store' });
      expect((await get('/api/v1/me/context', ['x-annals-context', 'spoofed'])).status).toBe(401);
    });

    it.each(['/health', '/livez', '/readyz', '/version'])('%s, at the root and under the base path', async (path) => {
      expect((await get(path, [])).status).toBe(200);
      expect((await get(`/api/v1${path}`, [])).status).toBe(200);
    });

    it('the published keys, also for a while after identity is gone', async () => {
      const first = await get('/.well-known/jwks.json', []);
      expect(first).toMatchObject({ status: 200, body: { keys: [{ kid: 'k1' }] } });
      await close(identity.server);
      expect((await get('/.well-known/jwks.json', [])).status).toBe(200);
      const never = await get('/.well-known/openid-configuration', []);
      expect(problemOf(never)).toMatchObject({ status: 503, code: 'document-unavailable' });
    });

    it('the OpenAPI document and two viewers that load nothing from elsewhere', async () => {
      const document = await get('/api/openapi.json', []);
      expect(document.body).toMatchObject({
        openapi: '3.1.0',
        info: { version: '1.2.3' },
        servers: [{ url: '/api/v1' }],
      });
      expect((await get('/api/openapi.json', ['if-none-match', document.headers.etag!])).status).toBe(304);
      for (const path of ['/api/docs', '/api/redoc']) {
        const page = await get(path, []);
        const html = page.bytes.toString();
        expect(page.headers['content-security-policy']).toContain("default-src 'none'; script-src 'self';");
        expect(html).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
        expect(html).not.toMatch(/<script(?![^>]*src=)/);
        for (const [, file] of html.matchAll(/(?:src|href)="([^"]+)"/g)) {
          expect((await call(url + file!)).status).toBe(200);
        }
      }
      expect((await call(`${url}/api/docs`, { method: 'POST' })).status).toBe(405);
    });

    it('what resolving the context cost, for those who ask', async () => {
      const fresh = bearer(await mint({ account_id: globex }));
      const cold = await get('/api/v1/users/profile', [...fresh, 'x-server-timing', 'context']);
      expect(cold.headers['server-timing']).toMatch(/context;dur=[\d.]+;desc=derived, context-verify;dur=/);
      const warm = await get('/api/v1/users/profile', [...fresh, 'x-server-timing', 'context']);
      expect(warm.headers['server-timing']).toMatch(/^context;dur=[\d.]+;desc=cached$/);
      const silent = await get('/api/v1/users/profile', fresh);
      expect(silent.headers).not.toHaveProperty('server-timing');
    });
  });
});
