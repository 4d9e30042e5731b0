import { Problem, type IdentityContext, type RevocationMarker } from '@annals/contracts';
import fc from 'fast-check';
import { createRevocations, subjectsOf, type Revocations } from '../revocation/revocations.js';
import { contextKey, createContextCache, type CachedContext, type ContextCache } from './context-cache.js';

const identity = {
  session_id: 's1',
  user_id: 'u1',
  account_id: 'a1',
} as unknown as IdentityContext;

describe('the context cache', () => {
  let time: number;
  let revocations: Revocations;
  let cache: ContextCache;
  const now = () => time;
  const marker = (kind: RevocationMarker['kind'], key: string): RevocationMarker => ({ seq: 1, kind, key, at: '' });
  const contextAt = (askedAt: number): CachedContext => ({
    identity,
    subjects: subjectsOf(identity),
    askedAt,
    expiresAt: askedAt + 60_000,
    signed: 'x',
    signedUntil: askedAt + 25_000,
  });

  beforeEach(() => {
    time = 100_000;
    revocations = createRevocations({ now });
    cache = createContextCache({ revocations, now, maxContexts: 3, maxRefusals: 3 });
    revocations.heard();
  });
  /** Time passes; the feed is alive. */
  const pass = (ms: number) => {
    time += ms;
    revocations.heard();
  };

  it('gives back what it remembers, until a minute is over or the token ends', () => {
    cache.remember('k', contextAt(time));
    cache.remember('short', { ...contextAt(time), expiresAt: time + 10 });
    pass(9);
    expect(cache.find('short')).toBeDefined();
    pass(1);
    expect(cache.find('short')).toBeUndefined();
    expect(cache.find('k')).toBeDefined();
    pass(59_990);
    expect(cache.find('k')).toBeUndefined();
  });

  it.each([
    ['session', 's1'],
    ['user', 'u1'],
    ['account', 'a1'],
    ['membership', 'a1_u1'],
  ] as const)('gives nothing back once a marker for its %s has arrived', (kind, key) => {
    cache.remember('k', contextAt(time));
    pass(10);
    revocations.apply(marker(kind, key));
    expect(cache.find('k')).toBeUndefined();
    expect(cache.stats.revoked).toBe(1);
  });

  it('gives nothing back that was asked for before, or just after, the marker, whenever it is remembered', () => {
    const law = fc.property(
      fc.integer({ min: 0, max: 50_000 }),
      fc.integer({ min: -50_000, max: 50_000 }),
      (at, late) => {
        time = 1_000_000;
        revocations = createRevocations({ now });
        cache = createContextCache({ revocations, now });
        const askedAt = time + at + late;
        time += at;
        revocations.apply(marker('user', 'u1'));
        time = Math.max(time, askedAt);
        revocations.heard();
        cache.remember('k', contextAt(askedAt));
        // Two seconds, in which the change behind a marker may not yet be readable where contexts come from.
        expect(cache.find('k') !== undefined).toBe(late >= 2_000);
      },
    );
    fc.assert(law);
  });

  it('is not touched by markers for others', () => {
    cache.remember('k', contextAt(time));
    for (const kind of ['session', 'user', 'account', 'membership'] as const) revocations.apply(marker(kind, 'other'));
    revocations.apply(marker('session', 'u1'));
    revocations.apply(marker('membership', 'u1_a1'));
    expect(cache.find('k')).toBeDefined();
  });

  it('gives nothing back while the feed is silent, and everything again when it speaks', () => {
    cache.remember('k', contextAt(time));
    time += 4_999;
    expect(cache.find('k')).toBeDefined();
    time += 1;
    expect(cache.find('k')).toBeUndefined();
    expect(cache.stats.untrusted).toBe(1);
    revocations.heard();
    expect(cache.find('k')).toBeDefined();
  });

  it('trusts nothing before the feed has spoken for the first time', () => {
    cache = createContextCache({ revocations: createRevocations({ now }), now });
    cache.remember('k', contextAt(time));
    expect(cache.find('k')).toBeUndefined();
  });

  it('is bounded, and forgets what was used longest ago', () => {
    for (const key of ['a', 'b', 'c']) cache.remember(key, contextAt(time));
    cache.find('a');
    cache.remember('d', contextAt(time));
    expect(['a', 'b', 'c', 'd'].filter((key) => cache.find(key))).toEqual(['a', 'c', 'd']);
  });

  it('repeats a refusal for a second, keeps few of them, and drops no context for them', () => {
    const problem = new Problem(401, 'token-expired', 'x');
    cache.remember('good', contextAt(time));
    for (let n = 0; n < 100; n++) cache.refuse(`bad-${n}`, problem);
    expect(cache.findRefusal('bad-99')).toBe(problem);
    expect(cache.findRefusal('bad-0')).toBeUndefined();
    expect(cache.find('good')).toBeDefined();
    pass(1_000);
    expect(cache.findRefusal('bad-99')).toBeUndefined();
    cache.refuse('bad', problem);
    cache.forgetRefusals();
    expect(cache.findRefusal('bad')).toBeUndefined();
  });

  it('forgets markers when no context from before them can be cached any more', () => {
    revocations.apply(marker('user', 'u1'));
    expect(revocations.knows(subjectsOf(identity))).toBe(true);
    pass(62_001);
    revocations.apply(marker('user', 'other'));
    expect(revocations.knows(subjectsOf(identity))).toBe(false);
  });

  it('replaces a flood of markers by one floor: whatever is older has to be derived again', () => {
    cache.remember('k', contextAt(time));
    for (let n = 0; n <= 100_000; n++) revocations.apply(marker('session', `s-${n}`));
    expect(cache.find('k')).toBeUndefined();
    pass(2_000);
    cache.remember('k', contextAt(time));
    expect(cache.find('k')).toBeDefined();
  });

  it('names a context by token and account, without holding either', () => {
    const keys = [contextKey('t', 'a'), contextKey('t', 'b'), contextKey('u', 'a'), contextKey('t\na', '')];
    expect(new Set(keys).size).toBe(4);
    expect(keys.every((key) => /^[\w-]{43}$/.test(key))).toBe(true);
  });
});
