import { serviceIdentity } from '@annals/auth';
import { signedIn } from '@annals/client';
import { CurrentUserContext, loginRoute } from '@annals/contracts';
import type { Pool } from '@annals/postgres';
import { until } from '@annals/testing';
import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { contextFor, forgedContexts, forgedTokens, somebody, spoofedHeaders } from './bad-input/forged-identities.js';
import { problemOf } from './bad-input/problem-of.js';
import { wrongBodies, wrongHeaders, wrongPlaces } from './bad-input/refused-calls.js';
import { startTrustedIssuer, type TrustedIssuer } from './bad-input/trusted-issuer.js';
import { allPids } from './stack-processes.js';
import { rawCall, type RawAnswer, type RawCall } from './raw-call.js';
import { demoPassword } from './sign-ins.js';
import { launchStack, type LaunchedStack } from './story/launched-stack.js';
import { signIn, type SignedInPerson } from './story/sign-up.js';
import { eventsAfter, lastPosition, openDatabase } from './story/stored-events.js';

const root = resolve(__dirname, '../../..');
jest.setTimeout(180_000);

let stack: LaunchedStack;
let elsewhere: TrustedIssuer;
let admin: SignedInPerson & { token: string };
let globex: SignedInPerson & { token: string };
let events: Pool;
let pids: ReturnType<typeof allPids>;
let before: string;

beforeAll(async () => {
  elsewhere = await startTrustedIssuer();
  stack = await launchStack(root, { JWT_ISSUERS: elsewhere.setting });
  admin = await enter('admin@acme.test');
  globex = await enter('admin@globex.test');
  events = openDatabase(stack.layout, 'annals_events');
  pids = allPids(stack.layout);
});
beforeEach(async () => (before = await lastPosition(events)));
afterAll(async () => {
  await events.end();
  await stack.end();
  elsewhere.stop();
});

async function enter(email: string): Promise<SignedInPerson & { token: string }> {
  const person = await signIn(stack.api, { email, password: demoPassword, device: 'Desk' });
  const { body } = await person.client.call(loginRoute, { body: { email, password: demoPassword } });
  return { ...person, token: signedIn(body).access_token };
}

const ask = (path: string, call: RawCall = {}, bearer: string | null = admin.token): Promise<RawAnswer> => {
  const authorization = bearer === null ? [] : [['authorization', `Bearer ${bearer}`] as const];
  return rawCall(`${stack.api}${path}`, { ...call, headers: [...authorization, ...(call.headers ?? [])] });
};

/** The refusal of a call, which has no effect. */
async function refusal(answer: Promise<RawAnswer>): Promise<{ status: number; code: string }> {
  const { status, code } = problemOf(await answer);
  expect(await effects()).toEqual([]);
  return { status, code };
}

/** What was written since the test began, but for the record that somebody known was refused something. */
async function effects(): Promise<string[]> {
  const written = await eventsAfter(events, before);
  return written.filter((event) => !/^(denial-\S+ AccessDenied|attempt-\S+ CommandRejected)$/.test(event));
}

describe('a body', () => {
  it.each(wrongBodies)('is refused with %i %s: %s', async (status, code, _what, path, call) => {
    expect(await refusal(ask(path, call))).toEqual({ status, code });
  });

  it('of somebody who has not signed in is held to the same rules', async () => {
    const wrong = ['{"email":"a@b.test"', '{}', '{"email":"a@b.test","password":"x","__proto__":{}}'];
    const name = JSON.stringify({ email: 'nul@b.test', password: demoPassword, name: 'A\0B' });
    for (const body of [...wrong, name]) {
      const call: RawCall = { method: 'POST', headers: [['content-type', 'application/json']], body };
      expect(await refusal(ask('/auth/register', call, null))).toMatchObject({ status: 400 });
    }
  });
});

describe('headers', () => {
  it.each(wrongHeaders)('are refused with %i %s: %s', async (status, code, _what, path, call) => {
    expect(await refusal(ask(path, call))).toEqual({ status, code });
  });
});

describe('a place', () => {
  it.each(wrongPlaces)('is refused with %i %s: %s', async (status, code, _what, path, call) => {
    expect(await refusal(ask(path, call))).toEqual({ status, code });
  });

  it('of another account answers exactly as an unknown one', async () => {
    const unknown = randomUUID();
    const paths: [string, string, string?][] = [
      ['/users/{id}/profile', globex.userId],
      ['/users/{id}', globex.userId],
      ['/accounts/{id}', globex.accountId],
      ['/accounts/{id}/members', globex.accountId],
      ['/users/data/export/{id}', globex.userId],
      ['/users/sessions/{id}', globex.sessionId, 'DELETE'],
    ];
    for (const [path, foreign, method] of paths) {
      const [theirs, nobodys] = await Promise.all(
        [foreign, unknown].map(async (id) => {
          const { request_id, trace_id, instance, ...rest } = problemOf(
            await ask(path.replace('{id}', id), { method }),
          );
          return { rest, ids: [request_id, trace_id, instance] };
        }),
      );
      expect(theirs!.rest).toEqual(nobodys!.rest);
      expect([403, 404]).toContain(theirs!.rest.status);
    }
    expect(await effects()).toEqual([]);
  });
});

describe('a token', () => {
  it('has to be there, as a bearer token in its header', async () => {
    const required = { status: 401, code: 'token-required' };
    expect(await refusal(ask('/users/profile', {}, null))).toEqual(required);
    expect(await refusal(ask(`/users/profile?access_token=${admin.token}`, {}, null))).toEqual(required);
    const basic: RawCall = { headers: [['authorization', 'Basic YWRtaW46YWRtaW4=']] };
    expect(await refusal(ask('/users/profile', basic, null))).toEqual({ status: 401, code: 'token-malformed' });
    const refresh = ask('/users/profile', {}, admin.refreshToken);
    expect(await refusal(refresh)).toEqual({ status: 401, code: 'token-malformed' });
  });

  it('is refused when it is expired, foreign, of another algorithm, of another kind or of another key', async () => {
    const { text: jwks, json } = await rawCall(`${stack.layout.url}/.well-known/jwks.json`);
    const publicKey = (json as { keys: { x: string }[] }).keys[0]!.x;
    const { keysDir } = stack.layout;
    for (const [code, jws] of forgedTokens({ keysDir, own: admin, other: globex, elsewhere, jwks, publicKey })) {
      const read = await refusal(ask('/users/profile', {}, jws));
      const written = await refusal(ask('/users/profile', { method: 'DELETE' }, jws));
      expect([read, written, jws]).toEqual([{ status: 401, code }, { status: 401, code }, jws]);
    }
  });
});

describe('internal headers from outside', () => {
  it('change nothing, in whatever spelling', async () => {
    const headers = spoofedHeaders({ keysDir: stack.layout.keysDir, other: globex });
    const answer = await ask('/me/context', { headers });
    const seen = CurrentUserContext.parse(answer.json);
    expect(seen).toMatchObject({ user_id: admin.userId, account_id: admin.accountId, ip_address: '127.0.0.1' });
    expect(seen.user_agent).toBe('honest');
    expect(JSON.stringify(seen)).not.toMatch(/spoofed|6\.6\.6\.6/);
    const own = await ask('/users/profile', { headers });
    expect(own.json).toMatchObject({ user_id: admin.userId, account_id: admin.accountId });
    expect(await refusal(ask('/users/profile', { headers }, null))).toEqual({ status: 401, code: 'token-required' });
  });

  it('cannot be put into the connection either', async () => {
    const headers = [['connection', 'x-annals-context, close'] as const, ['x-annals-context', 'x'] as const];
    expect((await ask('/users/profile', { headers })).json).toMatchObject({ user_id: admin.userId });
  });
});

describe('a service that is called directly, also from this machine', () => {
  const services = ['identity', 'profile', 'activity', 'export'] as const;
  const paths = {
    identity: '/api/v1/users/sessions',
    profile: '/api/v1/users/profile',
    activity: '/api/v1/audit-logs',
    export: '/api/v1/users/data/export',
  };
  const direct = (service: (typeof services)[number], headers: [string, string][], path = paths[service]) =>
    rawCall(`http://127.0.0.1:${stack.layout.ports[service]}${path}`, { headers });

  it.each(services)('%s refuses without a context, and with one that does not hold', async (service) => {
    const required = { status: 401, code: 'context-required' };
    const invalid = { status: 401, code: 'context-invalid' };
    expect(await refusal(direct(service, []))).toEqual(required);
    expect(await refusal(direct(service, [['authorization', `Bearer ${admin.token}`]]))).toEqual(required);
    expect(await refusal(direct(service, [['x-forwarded-for', '127.0.0.1']]))).toEqual(required);
    for (const forgery of forgedContexts({ keysDir: stack.layout.keysDir, own: admin })) {
      expect(await refusal(direct(service, [['x-annals-context', forgery]]))).toEqual(invalid);
    }
    // The same call with a context that does hold shows that the others failed for the right reason.
    expect(
      (await direct(service, [['x-annals-context', contextFor(stack.layout.keysDir, somebody(admin))]])).status,
    ).toBe(200);
  });

  it('lets one service ask only what is meant for it', async () => {
    const profile = contextFor(stack.layout.keysDir, serviceIdentity('svc:profile'), 'svc:profile');
    const feed = direct('identity', [['x-annals-context', profile]], '/internal/revocations?after=0');
    expect(await refusal(feed)).toEqual({ status: 403, code: 'principal-required' });
  });
});

describe('one idempotency key', () => {
  const change = (key: string, bio: string): RawCall => ({
    method: 'PATCH',
    headers: [
      ['content-type', 'application/json'],
      ['idempotency-key', key],
    ],
    body: JSON.stringify({ bio }),
  });

  it('has one effect in 50 parallel calls, and refuses another body', async () => {
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 50 }, () => ask('/users/profile', change(key, 'once'))));
    const good = answers.filter(({ status }) => status === 200);
    const waiting = answers.filter(({ status }) => status !== 200).map(problemOf);
    expect(good.length).toBeGreaterThan(0);
    expect(new Set(good.map(({ headers }) => headers.etag)).size).toBe(1);
    expect(waiting.filter(({ code }) => code !== 'command-in-flight')).toEqual([]);
    expect(await effects()).toHaveLength(1);
    const again = await ask('/users/profile', change(key, 'once'));
    expect([again.status, again.headers['idempotency-replayed']]).toEqual([200, 'true']);
    before = await lastPosition(events);
    const other = { status: 422, code: 'idempotency-key-reused' };
    expect(await refusal(ask('/users/profile', change(key, 'twice')))).toEqual(other);
  });

  it('is another key for another person', async () => {
    const key = randomUUID();
    expect((await ask('/users/profile', change(key, 'mine'))).status).toBe(200);
    expect((await ask('/users/profile', change(key, 'theirs'), globex.token)).status).toBe(200);
    expect(await effects()).toHaveLength(2);
  });
});

it('after all of this every process is the one that it was, and ready', async () => {
  expect(allPids(stack.layout)).toEqual(pids);
  for (const [service, port] of Object.entries(stack.layout.ports)) {
    if (service === 'event_node') continue;
    await until(`${service} is ready`, async () => (await rawCall(`http://127.0.0.1:${port}/readyz`)).status === 200);
  }
});
