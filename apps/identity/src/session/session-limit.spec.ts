import { randomUUID } from 'node:crypto';
import { noPolicies } from '@annals/contracts';
import { withTenant } from '@annals/postgres';
import { anonymous, startTestStores } from '@annals/testing';
import { accounts } from '../account/account.js';
import { identityUnderTest, storeOptions } from '../testing/identity-service.js';
import { contextOf, newPerson, signInFrom, type SignedIn } from '../testing/sign-in.js';

// Many requests at once take long where much else is going on.
jest.setTimeout(180_000);

const { service } = identityUnderTest(() => startTestStores(storeOptions));

type Limit = { max: number; on_excess: 'deny' | 'evict_oldest' } | null;

/** A person whose home account allows this many sessions; returns the address and a way to sign in. */
async function personWithin(session_limit: Limit) {
  const email = await newPerson(service());
  await service().settled();
  const first = await signInFrom(service(), email);
  await limit(first, session_limit);
  return { email, first };
}

async function limit({ account_id }: SignedIn, session_limit: Limit): Promise<void> {
  await service().identity.store.execute(accounts, account_id, {
    ...{ id: randomUUID(), context: anonymous(), now: new Date().toISOString(), accountId: account_id },
    decide: () => [
      { type: 'AccountPoliciesChanged', data: { account_id, policies: { ...noPolicies, session_limit } } },
    ],
  });
}

const enter = (session: SignedIn) => contextOf(service(), session);
const seatsIn = async ({ account_id }: SignedIn) =>
  withTenant(service().identity.pool, { accountId: account_id }, async (tx) => {
    const { rows } = await tx.query<{ session_id: string; evicted_at: Date | null }>(
      'select session_id, evicted_at from session_accounts where account_id = $1 order by entered_at',
      [account_id],
    );
    return rows;
  });
const openOf = async ({ user_id }: SignedIn) => {
  const { rows } = await service().identity.pool.query<{ session_id: string }>(
    'select session_id from session_tokens where user_id = $1 and ended_at is null order by started_at',
    [user_id],
  );
  return rows.map(({ session_id }) => session_id);
};
const endsOf = async ({ session_id }: SignedIn) => {
  const reasons: unknown[] = [];
  for await (const { type, data } of service().identity.store.readStream(`session-${session_id}`)) {
    if (type === 'SessionEnded') reasons.push(data.reason);
  }
  return reasons;
};

describe('an account that limits sessions', () => {
  it('refuses one too many, and lets it in when another has ended', async () => {
    const { email, first } = await personWithin({ max: 1, on_excess: 'deny' });
    expect((await enter(first)).status).toBe(200);
    const second = await signInFrom(service(), email);
    expect(await enter(second)).toMatchObject({ status: 403, body: { code: 'session-limit-reached' } });
    expect((await enter(first)).status).toBe(200);
    // What concerns the person alone stays open: they can end the other one.
    const end = await service().call('DELETE', `/users/sessions/${first.session_id}`, { token: second.access_token });
    expect(end.status).toBe(204);
    expect((await enter(second)).status).toBe(200);
  });

  it('ends the oldest where that is asked for, at once and with a fact', async () => {
    const { email, first } = await personWithin({ max: 2, on_excess: 'evict_oldest' });
    const [second, third] = [await signInFrom(service(), email), await signInFrom(service(), email)];
    for (const session of [first, second, third]) expect((await enter(session)).status).toBe(200);
    expect((await enter(first)).body.code).toBe('session-ended');
    expect(await endsOf(first)).toEqual(['evicted']);
    const { rows } = await service().identity.pool.query('select kind from revocations where key = $1', [
      first.session_id,
    ]);
    expect(rows).toEqual([{ kind: 'session' }]);
    expect((await enter(second)).status).toBe(200);
    expect(await seatsIn(first)).toMatchObject([{ session_id: second.session_id }, { session_id: third.session_id }]);
  });

  it.each(['deny', 'evict_oldest'] as const)(
    'holds twenty simultaneous sign-ins to exactly what it allows (%s)',
    async (on_excess) => {
      const { email, first } = await personWithin({ max: 3, on_excess });
      const all = [first];
      // As many at once as the hasher admits.
      for (const some of [9, 10]) {
        all.push(...(await Promise.all(Array.from({ length: some }, () => signInFrom(service(), email)))));
      }
      const answers = await Promise.all(all.map(enter));
      const seats = await seatsIn(first);
      expect(seats).toHaveLength(3);
      expect(seats.every((seat) => seat.evicted_at === null)).toBe(true);
      const again = await Promise.all(all.map(enter));
      const inside = all.filter((_, index) => again[index]!.status === 200).map(({ session_id }) => session_id);
      expect(inside.sort()).toEqual(seats.map(({ session_id }) => session_id).sort());
      if (on_excess === 'deny') {
        expect(answers.filter(({ status }) => status === 200)).toHaveLength(3);
        expect(await openOf(first)).toHaveLength(20);
      } else {
        expect((await openOf(first)).sort()).toEqual(inside.sort());
        const reasons = (await Promise.all(all.map(endsOf))).flat();
        expect(reasons).toEqual(Array.from({ length: 17 }, () => 'evicted'));
      }
    },
  );

  it('does not count sessions that ended, are too old or idle', async () => {
    const { email, first } = await personWithin({ max: 1, on_excess: 'deny' });
    const { pool } = service().identity;
    const spoil = ['ended_at = now()', 'expires_at = now()', "last_activity_at = now() - interval '2 hours'"];
    let present = first;
    for (const how of spoil) {
      expect((await enter(present)).status).toBe(200);
      await pool.query(`update session_tokens set ${how} where session_id = $1`, [present.session_id]);
      present = await signInFrom(service(), email);
    }
    expect((await enter(present)).status).toBe(200);
    expect(await seatsIn(first)).toMatchObject([{ session_id: present.session_id }]);
  });

  it('carries out what a process that died had decided: the seat was taken, the fact not written', async () => {
    const { email, first } = await personWithin({ max: 1, on_excess: 'evict_oldest' });
    const second = await signInFrom(service(), email);
    expect((await enter(first)).status).toBe(200);
    const { pool } = service().identity;
    await withTenant(pool, { accountId: first.account_id }, async (tx) => {
      await tx.query('update session_accounts set evicted_at = now() where session_id = $1', [first.session_id]);
      await tx.query('update session_tokens set ended_at = now() where session_id = $1', [first.session_id]);
      await tx.query('insert into session_accounts values ($1, $2, $3, now())', [
        ...[first.account_id, second.session_id, first.user_id],
      ]);
    });
    expect((await enter(first)).status).toBe(401);
    expect(await endsOf(first)).toEqual([]);
    expect((await enter(second)).status).toBe(200);
    expect(await endsOf(first)).toEqual(['evicted']);
    expect(await seatsIn(first)).toMatchObject([{ session_id: second.session_id, evicted_at: null }]);
  });

  it('does not look at sessions at all where nothing is limited', async () => {
    const { email, first } = await personWithin(null);
    const second = await signInFrom(service(), email);
    for (const session of [first, second]) expect((await enter(session)).status).toBe(200);
    expect(await seatsIn(first)).toEqual([]);
  });

  it('forgets sessions with their rows', async () => {
    const { first } = await personWithin({ max: 1, on_excess: 'deny' });
    await enter(first);
    await service().identity.pool.query('delete from session_tokens where session_id = $1', [first.session_id]);
    expect(await seatsIn(first)).toEqual([]);
  });
});
