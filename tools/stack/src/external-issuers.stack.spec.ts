import { startStubIssuer, stubKey, until, type StubIssuer } from '@annals/testing';
import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { problemOf } from './bad-input/problem-of.js';
import { rawCall, type RawAnswer, type RawCall } from './raw-call.js';
import { demoPassword } from './sign-ins.js';
import { launchStack, type LaunchedStack } from './story/launched-stack.js';

const root = resolve(__dirname, '../../..');
jest.setTimeout(180_000);

let stack: LaunchedStack;
let lettingIn: StubIssuer;
let closed: StubIssuer;
beforeAll(async () => {
  [lettingIn, closed] = await Promise.all([startStubIssuer('letting-in'), startStubIssuer('closed')]);
  const provision = { account: 'acme' };
  const issuers = [
    lettingIn.setting({ provision, roles_claim: 'realm.roles', role_map: { writers: 'AUTHOR' } }),
    closed.setting(),
  ];
  stack = await launchStack(root, { JWT_ISSUERS: JSON.stringify(issuers) });
});
afterAll(async () => {
  await stack?.end();
  await Promise.all([lettingIn.stop(), closed.stop()]);
});

const ask = (path: string, bearer: string, call: RawCall = {}): Promise<RawAnswer> =>
  rawCall(`${stack.api}${path}`, {
    ...call,
    headers: [['authorization', `Bearer ${bearer}`], ...(call.headers ?? [])],
  });
const send = (method: string, path: string, bearer: string, body?: object) =>
  ask(path, bearer, {
    method,
    ...(body ? { headers: [['content-type', 'application/json']], body: JSON.stringify(body) } : {}),
  });
/** Asks again when a machine that is too busy says to come later, as clients do. */
async function contextOf(bearer: string): Promise<Record<string, unknown>> {
  for (;;) {
    const { status, json, text } = await ask('/me/context', bearer);
    if (status === 200) return json as Record<string, unknown>;
    if (status !== 503) throw new Error(`the context was answered ${status}: ${text}`);
  }
}
const refusal = async (answer: Promise<RawAnswer>) => {
  const { status, code } = problemOf(await answer);
  return `${status} ${code}`;
};
const newSubject = () => `auth0|${randomUUID()}`;
const person = (over: object = {}) => {
  const id = randomUUID();
  return { sub: `auth0|${id}`, email: `${id}@example.test`, email_verified: true, name: 'Grace', ...over };
};

/** Signs in here, with an address and a password. */
async function enter(email: string): Promise<string> {
  const body = JSON.stringify({ email, password: demoPassword, account: 'acme' });
  const headers = [['content-type', 'application/json']] as const;
  const { json } = await rawCall(`${stack.api}/auth/login`, { method: 'POST', headers: [...headers], body });
  return (json as { access_token: string }).access_token;
}

describe('a person of a trusted issuer', () => {
  it('is let in on first sight, as what their token’s roles stand for', async () => {
    const token = lettingIn.token(person({ realm: { roles: ['writers'] } }));
    expect(await contextOf(token)).toMatchObject({
      ...{ kind: 'user', account_slug: 'acme', role: 'AUTHOR', session_id: null, is_super_admin: false },
      user_id: expect.any(String) as string,
    });
    expect((await ask('/users/profile', token)).status).toBe(200);
  });

  it('is one person, whatever number of first calls come at the same time, in however many tokens', async () => {
    const grace = person();
    const tokens = Array.from({ length: 20 }, () => lettingIn.token(grace));
    const contexts = await Promise.all(tokens.map(contextOf));
    expect(new Set(contexts.map(({ user_id }) => user_id)).size).toBe(1);
  });

  it('is nobody where the issuer lets nobody in', async () => {
    expect(await refusal(ask('/me/context', closed.token(person())))).toBe('401 identity-not-linked');
  });

  it('is out at once when an administrator disables them', async () => {
    const token = lettingIn.token(person());
    const { user_id } = await contextOf(token);
    const admin = await enter('admin@acme.test');
    expect((await send('POST', `/users/${user_id as string}/disable`, admin)).status).toBe(200);
    // The answer and the word to the gateway go different ways.
    await until('they are out', async () => (await ask('/me/context', token)).status === 401);
    expect(await refusal(ask('/me/context', token))).toBe('401 person-inactive');
  });

  it('is believed by nobody else’s key under the same id', async () => {
    const grace = person();
    await contextOf(lettingIn.token(grace));
    const theirs = stubKey('letting-in-1');
    expect(await refusal(ask('/me/context', lettingIn.token(grace, {}, theirs)))).toBe('401 token-signature');
  });
});

describe('an identity that is linked by hand', () => {
  it('signs its person in, until it is unlinked: no gateway lets it in after the answer', async () => {
    const [own, sub] = [await enter('viewer@acme.test'), newSubject()];
    expect(await refusal(ask('/me/context', closed.token({ sub })))).toBe('401 identity-not-linked');
    const linked = await send('POST', '/users/me/providers', own, { token: closed.token({ sub }) });
    expect([linked.status, linked.json]).toMatchObject([201, { provider_id: sub }]);

    const token = closed.token({ sub });
    const { user_id } = await contextOf(own);
    expect(await contextOf(token)).toMatchObject({ user_id, account_slug: 'acme' });
    // What is sensitive needs a proof, which this issuer’s token does not speak of.
    const path = `/users/me/providers/${encodeURIComponent(sub)}`;
    expect(await refusal(send('DELETE', path, token))).toBe('403 reauthentication-required');

    expect((await send('DELETE', path, own)).status).toBe(204);
    expect(await refusal(ask('/me/context', token))).toBe('401 identity-not-linked');
    expect((await contextOf(own)).user_id).toBe(user_id);
  });
});

describe('an issuer in trouble', () => {
  it('whose key document is away, late or wrong loses nobody whose key is known', async () => {
    const token = () => lettingIn.token(grace);
    const grace = person();
    await contextOf(token());
    lettingIn.answerWith((_request, response) => response.writeHead(500).end());
    const made = Array.from({ length: 200 }, (_, n) => lettingIn.token(grace, { kid: `made-up-${n}` }));
    const before = lettingIn.fetches();
    const codes = await Promise.all(made.map((one) => refusal(ask('/me/context', one))));
    expect(new Set(codes)).toEqual(new Set(['401 token-key-unknown']));
    expect(lettingIn.fetches() - before).toBeLessThanOrEqual(1);
    await contextOf(token());
    lettingIn.answerWith();
    await until('it is as before', async () => (await ask('/me/context', token())).status === 200);
  });
});
