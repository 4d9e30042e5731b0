import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import type { Problem } from '@annals/contracts';
import { deciderSpec } from '@annals/testing';
import fc from 'fast-check';
import { lockedUntil, throttleThresholds } from './attempts.js';
import { evolveUser, users, type User } from '../user/user.js';
import { commonPasswords } from './common-passwords.js';
import { credentials, waysToSignIn, type Credential } from './credential.js';
import { requestReset, type RequestReset } from './forgot-password.js';
import { createHasher } from './hashing.js';
import { checkPassword, type OwnWords } from './password-policy.js';
import { resetPassword, type ResetPassword } from './reset-password.js';
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

describe('asking for a new password', () => {
  const user_id = '018f0000-0000-7000-8000-0000000000a1';
  const request_id = '018f0000-0000-7000-8000-0000000000d1';
  const email_hash = 'e'.repeat(32);
  const registered = (status: 'pending' | 'active'): User =>
    evolveUser(users.initial, {
      type: 'UserRegistered',
      data: {
        ...{ user_id, email: 'ada@example.test', email_hash, name: 'Ada', home_account_id: null, status },
        ...{ profile_image: null, managed_by: null, joins: [] },
      },
    });
  const { given } = deciderSpec({
    ...credentials,
    decide: (command: RequestReset, credential: Credential) => requestReset(credential, command),
  });
  const at = (now: string, user = registered('active')) => ({ request_id, user, now });
  const requested = (requested_at: string, id = request_id) => ({
    type: 'PasswordResetRequested',
    data: { user_id, request_id: id, email_hash, requested_at },
  });
  const noon = '2026-03-01T12:00:00.000Z';
  it('gives a mail to whoever may sign in, verified or not', () => {
    for (const status of ['pending', 'active'] as const)
      given([])
        .when(at(noon, registered(status)))
        .then([requested(noon)]);
  });
  it('gives none to somebody unknown, disabled or deleted', () => {
    for (const kind of ['disabled', 'deleted'] as const)
      given([])
        .when(at(noon, { ...registered('active'), kind } as User))
        .thenNothing();
    given([])
      .when(at(noon, { kind: 'unknown' }))
      .thenNothing();
  });
  it('gives one a minute', () => {
    given([requested(noon)])
      .when(at('2026-03-01T12:00:59.999Z'))
      .thenNothing();
    given([requested(noon)])
      .when(at('2026-03-01T12:01:00.000Z'))
      .then([requested('2026-03-01T12:01:00.000Z')]);
  });
  it('gives five a day', () => {
    const five = [1, 2, 3, 4, 5].map((hour) => requested(`2026-03-01T0${hour}:00:00.000Z`));
    given(five).when(at(noon)).thenNothing();
    given(five)
      .when(at('2026-03-02T01:00:00.000Z'))
      .then([requested('2026-03-02T01:00:00.000Z')]);
  });

  describe('and setting it', () => {
    const change_id = '018f0000-0000-7000-8000-0000000000c1';
    const command = { change_id, user_id, request_id, email_hash, end_sessions: true };
    const changed = { type: 'PasswordChanged', data: { ...command, reason: 'reset', kept_session_id: null } };
    const setting = deciderSpec({
      ...credentials,
      decide: (asked: ResetPassword, credential: Credential) => resetPassword(credential, asked),
    });
    it('uses the request up', () => {
      setting
        .given([requested(noon)])
        .when(command)
        .then([changed]);
      setting
        .given([requested(noon), changed])
        .when(command)
        .thenRefuses('invalid-reset-token');
    });
    it('uses every other open request up too', () =>
      setting
        .given([requested(noon), requested(noon, user_id), changed])
        .when({ ...command, request_id: user_id })
        .thenRefuses('invalid-reset-token'));
    it('needs a request', () => setting.given([]).when(command).thenRefuses('invalid-reset-token'));
    it('takes no second factor away', () => {
      const totp = { factor_id: 'one', enabled_at: noon };
      const before = { ...credentials.initial, totp, passkeys: ['two'], providers: ['three'] };
      const after = [requested(noon), changed].reduce(credentials.evolve, before);
      expect(after).toMatchObject({ totp, passkeys: ['two'], providers: ['three'], has_password: true });
    });
  });
});

describe('the ways to sign in', () => {
  it('are a password, passkeys and identities of other issuers; a code is none', () => {
    const { initial } = credentials;
    expect(waysToSignIn({ ...initial, totp: { factor_id: 'one', enabled_at: '2026-03-01T12:00:00.000Z' } })).toBe(0);
    expect(waysToSignIn({ ...initial, has_password: true, passkeys: ['one', 'two'], providers: ['three'] })).toBe(4);
  });
});

describe('a new password', () => {
  const own = { email: 'ada.lovelace@example.test', name: 'Ada Lovelace', accounts: ['Globex Trading'] };
  const refusal = (password: string, min = 8, words: OwnWords = own) => {
    try {
      checkPassword(password, min, words);
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
  it('is none that everybody tries, with a year or a sign behind it', () =>
    expect(['sunshine', 'Sunshine99', 'SUNSHINE2026!', 'princess!!'].map((text) => refusal(text))).toEqual(
      Array.from({ length: 4 }, () => 'common'),
    ));
  it('is compared with more than three thousand that everybody tries', () =>
    expect([...commonPasswords()].filter((text) => text.length >= 8).length).toBeGreaterThan(3_000));
  it.each([
    ...['ada lovelace', 'ada.lovelace', own.email, 'ADA-Lovelace1815!', 'LovelaceAda', 'example.test'],
    ...['annals2026', 'Annals-Annals', 'lovelace@annals', 'Globex Trading', 'globex.trading.7'],
  ])('is not made of own words, the account or the product alone: %s', (text) =>
    expect(refusal(text)).toBe('guessable'),
  );
  it('may hold an own word among others', () =>
    expect([refusal('ada likes green tea'), refusal('tea at globex with ada')]).toEqual([null, null]));
  it('is read in one form, however it was typed', () =>
    expect(refusal('Zoe\u0308 Zoe\u0308 Zoe\u0308', 8, { name: 'Zo\u00eb' })).toBe('guessable'));
});

describe('hashing', () => {
  it('knows the right password from a wrong one', async () => {
    const hasher = createHasher({ concurrency: 1, queue: 2, niceness: 0 });
    const hash = await hasher.hash('correct horse battery staple');
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await hasher.verify(hash, 'correct horse battery staple')).toBe(true);
    expect(await hasher.verify(hash, 'wrong')).toBe(false);
  });

  it('knows which hashes were made with less work than today’s', () => {
    const { isWeak } = createHasher({ concurrency: 1, queue: 0, niceness: 0 });
    const made = (algorithm: string, m: number, t: number) => `$${algorithm}$v=19$m=${m},t=${t},p=1$c2FsdHNhbHQ$aGFzaA`;
    expect([made('argon2id', 19_456, 2), made('argon2id', 65_536, 3)].map(isWeak)).toEqual([false, false]);
    expect([made('argon2id', 19_455, 2), made('argon2id', 65_536, 1), made('argon2i', 65_536, 3)].map(isWeak)).toEqual([
      true,
      true,
      true,
    ]);
    expect(isWeak('$2b$12$abcdefghijklmnopqrstuv')).toBe(true);
  });

  it('finds no password right for nobody', async () => {
    const hasher = createHasher({ concurrency: 1, queue: 2, niceness: 0 });
    expect(await hasher.verify(null, 'a password that nobody has')).toBe(false);
  });

  it('sends the flood away before it costs anything, and goes on afterwards', async () => {
    const hasher = createHasher({ concurrency: 1, queue: 2, niceness: 0 });
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

  (process.platform === 'linux' ? it : it.skip)('leaves the processors to whoever answers requests', async () => {
    await createHasher({ concurrency: 1, queue: 0, niceness: 7 }).hash('x');
    const niceness = readdirSync('/proc/self/task').flatMap((thread) => {
      const file = `/proc/self/task/${thread}/stat`;
      // Threads of others end as they like.
      const stat = existsSync(file) ? readFileSync(file, 'utf8') : null;
      return stat === null ? [] : [Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16])];
    });
    expect(niceness).toContain(Math.max(7, getPriority()));
    expect(niceness).toContain(getPriority());
  });

  it('gives the place back when hashing fails', async () => {
    const hasher = createHasher({ concurrency: 1, queue: 0, niceness: 0 });
    await expect(hasher.admit(() => hasher.verify('no hash at all', 'x'))).rejects.toThrow();
    expect(hasher.load()).toBe(0);
    await expect(hasher.admit(() => hasher.verify(null, 'x'))).resolves.toBe(false);
  });
});
