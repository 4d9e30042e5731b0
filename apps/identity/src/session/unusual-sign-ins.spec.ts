import { randomUUID } from 'node:crypto';
import { headers } from '@annals/contracts';
import { anonymous, startTestStores } from '@annals/testing';
import { identityUnderTest, storeOptions } from '../testing/identity-service.js';
import { contextOf, newPerson, password, refreshFrom, signInFrom, type SignedIn } from '../testing/sign-in.js';
import { users } from '../user/user.js';

const { service } = identityUnderTest(() => startTestStores(storeOptions));
const [germany, japan, france] = ['5.9.0.1', '133.11.0.1', '80.10.0.1'];

async function factsOf({ session_id }: SignedIn) {
  const facts: { type: string; data: Record<string, unknown>; account: string | null }[] = [];
  for await (const { type, data, metadata } of service().identity.store.readStream(`session-${session_id}`)) {
    facts.push({ type, data, account: metadata.account_id });
  }
  return facts;
}
const typesOf = async (session: SignedIn) => (await factsOf(session)).map(({ type }) => type);
const mailsTo = async (email: string) => {
  await service().settled();
  const { body } = await service().call('GET', `/dev/mail?to=${email}`);
  return (body.data as { subject: string; text: string }[]).filter(({ subject }) =>
    /sign-in|session|device/.test(subject),
  );
};
/** Lets the sign-ins of a person have been some days ago. */
const daysPass = ({ user_id }: SignedIn) =>
  service().identity.pool.query(
    "update sign_in_places set last_seen_at = last_seen_at - interval '3 days' where user_id = $1",
    [user_id],
  );

describe('a sign-in that is unlike those before', () => {
  it('is told in the log of its session and by mail, once', async () => {
    const email = await newPerson(service());
    const first = await signInFrom(service(), email, germany);
    expect(await typesOf(first)).toEqual(['SessionStarted']);
    const second = await signInFrom(service(), email, japan, { device_name: 'stranger' });
    expect(await factsOf(second)).toMatchObject([
      { type: 'SessionStarted' },
      { type: 'NewDeviceSeen', data: { device_name: 'stranger', ip_address: japan }, account: second.account_id },
      { type: 'NewCountrySeen', data: { country: 'JP' }, account: second.account_id },
      { type: 'ImpossibleTravelSeen', data: { travel: { from_country: 'DE', to_country: 'JP', minutes: 0 } } },
    ]);
    const mails = await mailsTo(email);
    expect(mails.map(({ subject }) => subject).sort()).toEqual([
      'A sign-in from another country',
      'A sign-in from far away',
      'A sign-in on a new device',
    ]);
    expect(mails.map(({ text }) => text).join()).toMatch(/Japan[^]*Germany|Germany[^]*Japan/);
  });

  it('is told once when the request is sent again', async () => {
    const email = await newPerson(service());
    await signInFrom(service(), email, germany);
    const sent = { 'idempotency-key': randomUUID(), [headers.clientAddress]: germany };
    const ask = () => service().call('POST', '/auth/login', { body: { email, password }, headers: sent });
    const [one, again] = [await ask(), await ask()];
    expect(again.body.session_id).toBe(one.body.session_id);
    expect(await typesOf(again.body as unknown as SignedIn)).toEqual(['SessionStarted', 'NewDeviceSeen']);
  });

  it('becomes a usual one: a country is new once', async () => {
    const email = await newPerson(service());
    const { device_id } = await signInFrom(service(), email, germany);
    const inFrance = await signInFrom(service(), email, france, { device_id });
    expect(await typesOf(inFrance)).toContain('NewCountrySeen');
    await daysPass(inFrance);
    expect(await typesOf(await signInFrom(service(), email, france, { device_id }))).toEqual(['SessionStarted']);
    await daysPass(inFrance);
    expect(await typesOf(await signInFrom(service(), email, germany, { device_id }))).toEqual(['SessionStarted']);
  });

  it('on a trusted device is told to nobody', async () => {
    const email = await newPerson(service());
    const first = await signInFrom(service(), email, germany);
    const { device_id, access_token } = first;
    const path = `/users/devices/${device_id}`;
    expect((await service().call('PATCH', path, { token: access_token, body: { trusted: true } })).status).toBe(200);
    expect(await typesOf(await signInFrom(service(), email, japan, { device_id }))).toEqual(['SessionStarted']);
    expect((await mailsTo(email)).map(({ subject }) => subject)).toEqual(['A device is trusted']);
  });

  it('leaves where it came from sealed in the event, and the network alone in the rows', async () => {
    const email = await newPerson(service());
    await signInFrom(service(), email, germany);
    const { user_id } = await signInFrom(service(), email, japan);
    const { rows } = await service().identity.pool.query<{ row: string }>(
      `select t::text as row from session_tokens t where user_id = $1
       union all select p::text from sign_in_places p where user_id = $1`,
      [user_id],
    );
    expect(rows.map(({ row }) => row).join()).not.toContain(japan);
    expect(rows.map(({ row }) => row).join()).toContain('133.11.0.0/24');
  });

  it('is forgotten with the person', async () => {
    const { user_id } = await signInFrom(service(), await newPerson(service()), germany);
    const { store, pool } = service().identity;
    const gone = {
      type: 'UserDeleted',
      data: { user_id, status: 'deleted', deleted_at: new Date().toISOString(), deleted_by_id: user_id },
    } as const;
    await store.execute(users, user_id, {
      ...{ id: randomUUID(), context: anonymous(), now: new Date().toISOString() },
      decide: () => [gone],
    });
    await service().settled();
    expect((await pool.query('select from sign_in_places where user_id = $1', [user_id])).rowCount).toBe(0);
  });
});

describe('a refresh token that comes twice', () => {
  it('from two networks ends the session, with a fact and a mail, even soon after', async () => {
    const email = await newPerson(service());
    const session = await signInFrom(service(), email, germany);
    const next = await refreshFrom(service(), session.refresh_token, germany);
    expect((await refreshFrom(service(), session.refresh_token, '5.9.0.200')).body.refresh_token).toBe(
      next.body.refresh_token,
    );
    const elsewhere = await refreshFrom(service(), session.refresh_token, japan);
    expect([elsewhere.status, elsewhere.body.code]).toEqual([401, 'refresh-refused']);
    expect((await refreshFrom(service(), String(next.body.refresh_token), germany)).status).toBe(401);
    expect((await contextOf(service(), session)).body.code).toBe('session-ended');
    expect(await factsOf(session)).toMatchObject([
      { type: 'SessionStarted' },
      { type: 'RefreshTokenReplayed', data: { other_network: true, ip_address: japan } },
      { type: 'SessionEnded', data: { reason: 'refresh-reuse' } },
    ]);
    expect((await mailsTo(email)).map(({ subject }) => subject)).toEqual(['A session was ended for safety']);
  });

  it('may come from another network when it is the present one: people move', async () => {
    const session = await signInFrom(service(), await newPerson(service()), germany);
    const moved = await refreshFrom(service(), session.refresh_token, france);
    expect(moved.status).toBe(200);
    await service().settled();
    const { body } = await service().call('GET', '/users/sessions', { token: String(moved.body.access_token) });
    expect(body.data).toMatchObject([
      {
        ...{ id: session.session_id, ip_address: germany, current: true },
        ...{ last_place: { country: 'FR', region: null }, last_network: '80.10.0.0/24' },
      },
    ]);
  });
});
