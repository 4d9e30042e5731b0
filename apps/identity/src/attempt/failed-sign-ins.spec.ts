import { randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import { headers, nobodyKnown } from '@annals/contracts';
import type { StoredEvent } from '@annals/event-store';
import { startTestStores } from '@annals/testing';
import { dayOf } from '../conduct/record-conduct.js';
import { authenticatorApp } from '../testing/authenticator-app.js';
import { identityUnderTest, storeOptions } from '../testing/identity-service.js';
import { aRequest, peopleOf } from '../testing/people.js';
import { newPerson, password, signInFrom } from '../testing/sign-in.js';
import { team } from '../testing/teams.js';
import { recordFailedSignIn, signInFlood } from './failed-sign-in.js';
import { startTellingRepetitions } from './tell-repetitions.js';

const { service } = identityUnderTest(() => startTestStores(storeOptions));
const somebody = peopleOf(service);

/** A minute that does not pass, however long a machine takes: within it five of a kind are told one by one. */
const now = () => 0;
beforeAll(() => {
  service().identity.signInFlood = signInFlood({ now });
});

let clients = 0;
/** A client of its own for each test: failures of one are gathered when they become many. */
let from: string;
beforeEach(() => {
  clients += 1;
  from = `198.51.100.${clients}`;
});

const ask = (path: string, body: unknown) =>
  service().call('POST', path, { body, headers: { [headers.clientAddress]: from } });
const signIn = (email: string, over: Record<string, unknown> = {}) =>
  ask('/auth/login', { email, password: 'not the right one', ...over });

const today = () => dayOf(new Date().toISOString());
const firstDay = today();

/** Failures that stand in an account (or in none), of a person, an address or nobody: also those from before midnight. */
async function failures(account: string | null, who: string): Promise<StoredEvent[]> {
  const found: StoredEvent[] = [];
  for (const day of new Set([firstDay, today()])) {
    const stream = `attempt-${account ?? 'none'}_${who}_${day}`;
    for await (const event of service().identity.store.readStream(stream)) found.push(event);
  }
  return found;
}
const dataOf = (events: readonly StoredEvent[]) => events.map(({ data }) => data);

describe('a sign-in that fails', () => {
  it('of somebody known stands in the log of the account they would have entered', async () => {
    const ada = await somebody();
    expect((await signIn(ada.email)).status).toBe(401);
    const [failed, ...others] = await failures(ada.home_id, ada.user_id);
    expect(others).toEqual([]);
    expect(failed).toMatchObject({
      type: 'SignInFailed',
      data: {
        ...{ account_id: ada.home_id, user_id: ada.user_id, step: 'password', reason: 'wrong', times: 1 },
        ip_address: from,
      },
      metadata: {
        account_id: ada.home_id,
        actor: { kind: 'anonymous', user_id: null },
        client: { user_agent: 'jest' },
      },
    });
  });

  it('stands in the account that it names, when that is one of theirs, and else in none', async () => {
    const ada = await somebody();
    const [own, foreign] = [await team(ada), await team(await somebody())];
    await signIn(ada.email, { account: own.slug });
    await signIn(ada.email, { account: own.id });
    await signIn(ada.email, { account: foreign.id });
    await signIn(ada.email, { account: 'no-such-account' });
    const counts = [own.id, foreign.id, ada.home_id, null].map(async (id) => (await failures(id, ada.user_id)).length);
    expect(await Promise.all(counts)).toEqual([2, 0, 0, 2]);
  });

  it('with an address that nobody has stands in the log of no account, by a keyed hash', async () => {
    const email = `${randomUUID()}@example.test`;
    await signIn(email, { account: (await team(await somebody())).id });
    const address_hash = service().identity.secrets.emailHash(email);
    const found = await failures(null, address_hash);
    expect(dataOf(found)).toMatchObject([
      { account_id: null, user_id: null, subject_id: nobodyKnown, address_hash, reason: 'unknown', ip_address: from },
    ]);
    expect(inspect(found, { depth: null })).not.toContain(email);
  });

  it('although the password was right, because the account does not let them in', async () => {
    const ada = await somebody();
    const foreign = await team(await somebody());
    expect((await signIn(ada.email, { password, account: foreign.id })).status).toBe(403);
    expect(dataOf(await failures(null, ada.user_id))).toMatchObject([
      { step: 'password', reason: 'no-account-access' },
    ]);
    expect(await failures(foreign.id, ada.user_id)).toEqual([]);
  });

  it('at the second factor, whether the challenge is one or not', async () => {
    const email = await newPerson(service());
    const { access_token, user_id, account_id } = await signInFrom(service(), email);
    const enrol = (path: string, body?: unknown) =>
      service().call('POST', `/users/me/mfa/totp${path}`, { token: access_token, body });
    const app = authenticatorApp(String((await enrol('')).body.otpauth_uri));
    expect((await enrol('/confirm', { code: app.code() })).status).toBe(200);
    const { body } = await signIn(email, { password });
    const good = [-1, 0, 1, 2].map((later) => app.code(later));
    const code = ['000000', '111111', '222222', '333333', '444444'].find((wrong) => !good.includes(wrong));
    expect((await ask('/auth/mfa/verify', { challenge: body.challenge, code })).status).toBe(401);
    expect((await ask('/auth/mfa/verify', { challenge: 'nonsense', code: '000000' })).status).toBe(401);
    const ofPerson = await failures(account_id, user_id);
    expect(dataOf(ofPerson)).toMatchObject([{ step: 'second-factor', reason: 'wrong', address_hash: null }]);
    expect(dataOf(await failures(null, 'nobody'))).toContainEqual(
      expect.objectContaining({ step: 'second-factor', reason: 'unknown', user_id: null, ip_address: from }),
    );
  });

  it('with a passkey that nobody has', async () => {
    const clientDataJSON = Buffer.from(JSON.stringify({ challenge: 'x' })).toString('base64url');
    const response = {
      ...{ id: 'bm9ib2R5', rawId: 'bm9ib2R5', type: 'public-key' },
      response: { clientDataJSON, authenticatorData: 'AAAA', signature: 'AAAA' },
      ...{ clientExtensionResults: {}, authenticatorAttachment: null },
    };
    expect((await ask('/auth/passkeys/verify', { response })).status).toBe(401);
    expect(dataOf(await failures(null, 'nobody'))).toContainEqual(
      expect.objectContaining({ step: 'passkey', reason: 'unknown', user_id: null, ip_address: from }),
    );
  });

  it('with a link for a new password that is none', async () => {
    const answer = await ask('/auth/password/reset', { token: 'x'.repeat(43), new_password: 'a quite new passphrase' });
    expect([answer.status, answer.body.code]).toEqual([400, 'invalid-reset-token']);
    expect(dataOf(await failures(null, 'nobody'))).toContainEqual(
      expect.objectContaining({ step: 'password-reset', reason: 'wrong', ip_address: from }),
    );
  });
});

describe('guessing', () => {
  const told = async () => {
    const lost: number[] = [];
    const { store, signInFlood } = service().identity;
    const teller = startTellingRepetitions({ store, signInFlood, onSignInLost: (count) => lost.push(count) }, () => {
      throw new Error('it was not told');
    });
    await teller.stop();
    return lost;
  };

  it('on one address is told a few times, then as a number', async () => {
    const ada = await somebody();
    for (let n = 0; n < 8; n++) await signIn(ada.email);
    expect(await failures(ada.home_id, ada.user_id)).toHaveLength(5);
    expect(await told()).toEqual([]);
    const times = dataOf(await failures(ada.home_id, ada.user_id)).map((data) => data.times);
    expect(times).toEqual([1, 1, 1, 1, 1, 3]);
  });

  it('of one client through many addresses that nobody has becomes one number', async () => {
    // As many at once as are let in, and more often than the minute's thirty.
    for (let round = 0; round < 5; round++) {
      await Promise.all(Array.from({ length: 18 }, () => signIn(`${randomUUID()}@example.test`)));
    }
    await told();
    const together = dataOf(await failures(null, 'nobody')).filter(({ ip_address }) => ip_address === from);
    expect(together).toMatchObject([{ user_id: null, address_hash: null, step: 'password' }]);
    expect(Number(together[0]!.times)).toBeLessThanOrEqual(60);
  });

  it('beyond what can be counted, or kept while the store is away, is lost and says so', async () => {
    const lost: number[] = [];
    const onSignInLost = (count: number) => lost.push(count);
    const full = { ...service().identity, signInFlood: signInFlood({ capacity: 0, now }), onSignInLost };
    const attempt = { step: 'password', reason: 'wrong', user_id: null, address_hash: randomUUID() } as const;
    for (let n = 0; n < 6; n++) await recordFailedSignIn(full, aRequest(), attempt);
    expect(lost).toEqual([1]);
    const one = { ...full, signInFlood: signInFlood({ now }) };
    for (let n = 0; n < 6; n++) await recordFailedSignIn(one, aRequest(), attempt);
    await startTellingRepetitions(one, () => undefined, { mostKept: 0 }).stop();
    expect(lost).toEqual([1, 1]);
  });

  it('is told when the store is there again', async () => {
    const ada = await somebody();
    for (let n = 0; n < 6; n++) await signIn(ada.email);
    const { store, signInFlood, onSignInLost } = service().identity;
    const trouble: unknown[] = [];
    let away = true;
    const execute: typeof store.execute = (...asked) =>
      away ? Promise.reject(new Error('the store is away')) : store.execute(...asked);
    const sometimes = { ...store, execute };
    const teller = startTellingRepetitions({ store: sometimes, signInFlood, onSignInLost }, (error) =>
      trouble.push(error),
    );
    await teller.tell();
    expect([trouble.length, (await failures(ada.home_id, ada.user_id)).length]).toEqual([1, 5]);
    away = false;
    await teller.stop();
    expect(await failures(ada.home_id, ada.user_id)).toHaveLength(6);
  });
});
