import type { Problem } from '@annals/contracts';
import { deciderSpec } from '@annals/testing';
import fc from 'fast-check';
import { lockedUntil, throttleThresholds } from './attempts.js';
import { credentials, type Credential } from './credential.js';
import { createHasher } from './hashing.js';
import { checkPassword } from './password-policy.js';
import { throttleSignIn, type ThrottleSignIn } from './throttle-sign-in.js';

const last_failure_at = new Date('2026-03-01T12:00:00.000Z');
const delayAfter = (failures: number) => {
  const until = lockedUntil({ failures, last_failure_at }, 5);
  return until && (until.getTime() - last_failure_at.getTime()) / 1000;
};

describe('the delay after wrong passwords', () => {
  it('is none for the free tries', () => expect([0, 1, 4].map(delayAfter)).toEqual([null, null, null]));
  it('is none without any failure', () => expect(lockedUntil(null, 5)).toBeNull());
  it('begins with a second and doubles', () => expect([5, 6, 7, 8].map(delayAfter)).toEqual([1, 2, 4, 8]));
  it('grows to fifteen minutes', () => expect([15, 99].map(delayAfter)).toEqual([900, 900]));
  it('has no end after a hundred', () =>
    expect([100, 5000].map((failures) => lockedUntil({ failures, last_failure_at }, 5)?.getUTCFullYear())).toEqual([
      275760, 275760,
    ]));
  it('never shrinks', () =>
    fc.assert(
      fc.property(fc.nat(200), (failures) => {
        expect(delayAfter(failures + 1) ?? 0).toBeGreaterThanOrEqual(delayAfter(failures) ?? 0);
      }),
    ));
});

describe('telling the log about guessing', () => {
  const user_id = '018f0000-0000-7000-8000-0000000000a1';
  const row_id = '018f0000-0000-7000-8000-0000000000e1';
  const { given } = deciderSpec({
    ...credentials,
    decide: (command: ThrottleSignIn, credential: Credential) => throttleSignIn(credential, command),
  });
  const at = (failures: number, row = row_id) => ({ user_id, row_id: row, failures });
  const told = (failures: number) => ({ type: 'SignInThrottled', data: at(failures) });
  it('happens at few counts only', () => expect(throttleThresholds(5)).toEqual([5, 10, 20, 50, 100]));
  it('follows the free tries', () => expect(throttleThresholds(30)).toEqual([30, 50, 100]));
  it('happens at a threshold', () =>
    given([])
      .when(at(5))
      .then([told(5)]));
  it('happens once per threshold', () =>
    given([told(5)])
      .when(at(5))
      .thenNothing());
  it('happens at the next threshold', () =>
    given([told(5)])
      .when(at(10))
      .then([told(10)]));
  it('begins anew with another row of failures', () =>
    given([told(10)])
      .when(at(5, user_id))
      .then([{ type: 'SignInThrottled', data: at(5, user_id) }]));
});

describe('a new password', () => {
  const own = { email: 'ada.lovelace@example.test', name: 'Ada Lovelace' };
  const refusal = (password: string, min = 8) => {
    try {
      checkPassword(password, min, own);
      return null;
    } catch (error) {
      return (error as Problem).fields[0]?.code;
    }
  };
  it('may be any long enough phrase', () => expect(refusal('correct horse battery staple')).toBeNull());
  it('needs no kind of character', () => expect(refusal('ääääüüüüöööö')).toBeNull());
  it('counts characters, not bytes or halves of them', () => expect(refusal('🙂🙂🙂🙂🙂')).toBe('too_short'));
  it('has a length', () => expect(refusal('seven77')).toBe('too_short'));
  it('has the length that is configured', () => expect(refusal('fourteen chars', 15)).toBe('too_short'));
  it('is none that everybody tries', () => expect(refusal('Password123')).toBe('common'));
  it('is not the name or address', () =>
    expect([refusal('ada lovelace'), refusal('ada.lovelace'), refusal(own.email)]).toEqual(
      Array.from({ length: 3 }, () => 'guessable'),
    ));
});

describe('hashing', () => {
  it('knows the right password from a wrong one', async () => {
    const hasher = createHasher({ concurrency: 1, queue: 2 });
    const hash = await hasher.hash('correct horse battery staple');
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await hasher.verify(hash, 'correct horse battery staple')).toBe(true);
    expect(await hasher.verify(hash, 'wrong')).toBe(false);
  });

  it('finds no password right for nobody', async () => {
    const hasher = createHasher({ concurrency: 1, queue: 2 });
    expect(await hasher.verify(null, 'a password that nobody has')).toBe(false);
  });

  it('sends the flood away before it costs anything, and goes on afterwards', async () => {
    const hasher = createHasher({ concurrency: 1, queue: 2 });
    const asked: number[] = [];
    const answers = await Promise.allSettled(
      Array.from({ length: 10 }, (_, n) =>
        hasher.admit(async () => {
          asked.push(n);
          return hasher.verify(null, 'flood');
        }),
      ),
    );
    const refused = answers.filter((answer) => answer.status === 'rejected');
    expect(asked).toEqual([0, 1, 2]);
    expect(refused).toHaveLength(7);
    expect(refused[0]?.reason).toMatchObject({ status: 503, code: 'sign-in-busy', headers: { 'retry-after': '1' } });
    expect(hasher.load()).toBe(0);
    await expect(hasher.admit(() => hasher.verify(null, 'later'))).resolves.toBe(false);
  });

  it('gives the place back when hashing fails', async () => {
    const hasher = createHasher({ concurrency: 1, queue: 0 });
    await expect(hasher.admit(() => hasher.verify('no hash at all', 'x'))).rejects.toThrow();
    expect(hasher.load()).toBe(0);
    await expect(hasher.admit(() => hasher.verify(null, 'x'))).resolves.toBe(false);
  });
});
