import { ExternalIssuer, type VerifiedToken } from '@annals/auth';
import { Problem, type IdentityContext } from '@annals/contracts';
import { createRevocations, type Revocations } from '../revocation/revocations.js';
import { createContextCache } from './context-cache.js';
import { createContextResolver, type ContextResolver, type ContextResolverOptions } from './resolve-context.js';
import type { SharedContext } from './shared-contexts.js';

const user = '0190a000-0000-7000-8000-00000000000a';
const session = '0190a000-0000-7000-8000-00000000000b';
const nothing = { accountId: null, slug: null, optional: false };
const client = { ip_address: null, user_agent: null };
const identity = {
  user_id: user,
  session_id: session,
  account_id: 'a',
  valid_until: null,
} as unknown as IdentityContext;

const elsewhere = ExternalIssuer.parse({
  ...{ issuer: 'https://them.test/', audience: 'us', jwks_uri: 'https://them.test/keys' },
  claims: { email: 'https://us.test/mail' },
});

describe('resolving a context', () => {
  let time: number;
  let revocations: Revocations;
  let resolver: ContextResolver;
  let verify: jest.Mock<Promise<VerifiedToken>, []>;
  let ask: jest.Mock<Promise<IdentityContext>, []>;
  let sign: jest.Mock<Promise<string>, []>;
  const verified = (changes: Partial<VerifiedToken> = {}): VerifiedToken => ({
    ...{ issuer: 'us', subject: user, sessionId: session, accountId: null, methods: [], roles: [] },
    expiresAt: time / 1000 + 300,
    claims: {},
    ...changes,
  });

  function make(options: Partial<ContextResolverOptions> = {}): void {
    const now = () => time;
    revocations = createRevocations({ now });
    revocations.heard();
    resolver = createContextResolver({
      verifier: { verify, refuseKey: () => undefined },
      ...{ ownIssuer: 'us', issuers: [elsewhere] },
      askIdentity: ask,
      signer: { principal: 'gateway', sign, signMessage: () => Promise.reject(new Error('not used')) },
      revocations,
      cache: createContextCache({ revocations, now }),
      now,
      wallClock: now,
      ...options,
    });
  }
  beforeEach(() => {
    time = 1_000_000;
    verify = jest.fn(() => Promise.resolve(verified()));
    ask = jest.fn(() => Promise.resolve({ ...identity }));
    sign = jest.fn(() => Promise.resolve(`signed-${sign.mock.calls.length}`));
    make();
  });

  it('verifies and asks once for all who come at the same time', async () => {
    const all = await Promise.all(Array.from({ length: 50 }, () => resolver.resolve('t', nothing, client)));
    expect(new Set(all).size).toBe(1);
    expect([verify, ask, sign].map((one) => one.mock.calls.length)).toEqual([1, 1, 1]);
    expect(resolver.find('t', nothing)).toBe(all[0]!.context);
  });

  it('asks again for the next one when the work failed on our side, and repeats a refusal', async () => {
    ask.mockRejectedValueOnce(new Problem(503, 'identity-unavailable', 'x'));
    await expect(resolver.resolve('t', nothing, client)).rejects.toMatchObject({ status: 503 });
    ask.mockRejectedValueOnce(new Problem(403, 'no-account-access', 'x'));
    await expect(resolver.resolve('t', nothing, client)).rejects.toMatchObject({ status: 403 });
    await expect(resolver.resolve('t', nothing, client)).rejects.toMatchObject({ status: 403 });
    expect(ask).toHaveBeenCalledTimes(2);
    time += 1_000;
    await expect(resolver.resolve('t', nothing, client)).resolves.toBeDefined();
  });

  it('caches no longer than the token lives', async () => {
    verify.mockResolvedValue(verified({ expiresAt: time / 1000 + 10 }));
    await resolver.resolve('t', nothing, client);
    time += 4_900;
    revocations.heard();
    time += 4_900;
    revocations.heard();
    expect(resolver.find('t', nothing)).toBeDefined();
    time += 200;
    expect(resolver.find('t', nothing)).toBeUndefined();
  });

  it('signs anew when half the life of the signature is over, and only then', async () => {
    const { context } = await resolver.resolve('t', nothing, client);
    expect(await resolver.signed(context)).toBe('signed-1');
    time += 25_000;
    expect(await resolver.signed(context)).toBe('signed-2');
    expect(await resolver.signed(context)).toBe('signed-2');
  });

  it.each([
    ["a token that another issuer's name came through with", { issuer: 'them' }, 'token-session'],
    ['a subject that is no user', { subject: 'auth0|1' }, 'token-session'],
    ['a token without a session', { sessionId: null }, 'token-session'],
  ])('refuses %s', async (_name, changes, code) => {
    verify.mockResolvedValue(verified(changes));
    await expect(resolver.resolve('t', nothing, client)).rejects.toMatchObject({ status: 401, code });
    expect(ask).not.toHaveBeenCalled();
  });

  describe('of a token of another issuer', () => {
    const foreign = (changes: Partial<VerifiedToken> = {}) =>
      verified({
        ...{ issuer: elsewhere.issuer, subject: 'auth0|1', sessionId: session, accountId: user, roles: ['boss'] },
        ...{ claims: { 'https://us.test/mail': 'ada@example.org', email: 'eve@example.org', email_verified: true } },
        ...changes,
      });

    it('asks identity who its subject is, with what its claims say, and believes no session or account of it', async () => {
      verify.mockResolvedValue(foreign());
      await resolver.resolve('t', nothing, client);
      expect(ask).toHaveBeenCalledWith(
        {
          caller: {
            ...{ kind: 'external', issuer: elsewhere.issuer, subject: 'auth0|1', email: 'ada@example.org' },
            ...{ email_verified: true, name: null, roles: ['boss'], auth_methods: [], authenticated_at: null },
          },
          tokenAccountId: null,
        },
        nothing,
        client,
      );
    });

    it('is not one of our sessions, though its subject looks like a person', async () => {
      verify.mockResolvedValue(foreign({ subject: user }));
      await resolver.resolve('t', nothing, client);
      expect(ask).toHaveBeenCalledWith(
        expect.objectContaining({ caller: expect.objectContaining({ kind: 'external' }) as object }),
        nothing,
        client,
      );
    });

    it('is neither taken from nor given to other gateways', async () => {
      const shared = { find: jest.fn(), remember: jest.fn() };
      make({ shared });
      verify.mockResolvedValue(foreign());
      await resolver.resolve('t', nothing, client);
      expect([shared.find, shared.remember].map((one) => one.mock.calls.length)).toEqual([0, 0]);
    });

    it('is derived again after a marker of its person', async () => {
      verify.mockResolvedValue(foreign());
      await resolver.resolve('t', nothing, client);
      expect(resolver.find('t', nothing)).toBeDefined();
      revocations.apply({ seq: 1, kind: 'user', key: user, at: '' });
      expect(resolver.find('t', nothing)).toBeUndefined();
    });
  });

  it('tells what became of each resolution', async () => {
    const onResolved = jest.fn();
    make({ onResolved });
    await resolver.resolve('t', nothing, client);
    expect(onResolved).toHaveBeenCalledWith(
      expect.objectContaining({
        error: undefined,
        timing: expect.objectContaining({ verify: expect.any(Number) as number }) as object,
      }),
    );
  });

  describe('shared with other gateways', () => {
    let found: SharedContext | null;
    const remember = jest.fn();
    beforeEach(() => {
      remember.mockReset();
      found = { identity, signed: 'theirs', leftMs: 30_000, signatureLeftMs: 5_000 };
      make({ shared: { find: () => Promise.resolve(found), remember } });
    });

    it('takes what another one derived, for as long as that may be used', async () => {
      const { context } = await resolver.resolve('t', nothing, client);
      expect(context).toMatchObject({ signed: 'theirs', expiresAt: time + 30_000, signedUntil: time + 5_000 });
      expect(ask).not.toHaveBeenCalled();
      expect(verify).toHaveBeenCalledTimes(1);
    });

    it('shares what it derived itself', async () => {
      found = null;
      await resolver.resolve('t', nothing, client);
      expect(remember).toHaveBeenCalledWith(expect.any(String), 'signed-1', 60_000);
    });

    it("asks when it is another session's, or a marker is remembered, or the feed is silent", async () => {
      found = { ...found!, identity: { ...identity, session_id: 'other' } };
      await resolver.resolve('t1', nothing, client);
      found = { ...found, identity };
      revocations.apply({ seq: 1, kind: 'user', key: user, at: '' });
      await resolver.resolve('t2', nothing, client);
      make({ shared: { find: () => Promise.resolve(found), remember } });
      time += 5_000;
      await resolver.resolve('t3', nothing, client);
      expect(ask).toHaveBeenCalledTimes(3);
    });
  });
});
