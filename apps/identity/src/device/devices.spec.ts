import { randomUUID } from 'node:crypto';
import { anonymous, startTestStores, until } from '@annals/testing';
import { identityUnderTest, storeOptions } from '../testing/identity-service.js';
import { contextOf, newPerson, password, refreshFrom, signInFrom, type SignedIn } from '../testing/sign-in.js';
import { deviceKey, devices } from './device.js';
import { removeDevice } from './remove-device.js';

const { service } = identityUnderTest(() => startTestStores(storeOptions));
const call = (method: string, session: SignedIn, path = '', ask: Record<string, unknown> = {}) =>
  service().call(method, `/users/devices${path}`, { token: session.access_token, ...ask });
const change = (session: SignedIn, body: Record<string, unknown>, headers: Record<string, string> = {}) =>
  call('PATCH', session, `/${session.device_id}`, { body, headers });

describe('a device', () => {
  it('is called and trusted as its person says, at once in its answer and soon in the list', async () => {
    const session = await signInFrom(service(), await newPerson(service()), null, { device_name: 'Firefox' });
    await service().settled();
    expect((await call('GET', session)).body.data).toMatchObject([
      { id: session.device_id, name: 'Firefox', trusted: false, active_sessions: 1, current: true },
    ]);
    const changed = await change(session, { name: 'At work', trusted: true });
    expect(changed).toMatchObject({ status: 200, body: { name: 'At work', trusted: true, user_agent: 'jest' } });
    expect(changed.headers.get('etag')).toBe('"1"');
    expect(changed.headers.get('x-position')).toMatch(/@device$/);
    expect(await call('GET', session, `/${session.device_id}`)).toMatchObject({
      ...{ status: 200, body: { name: 'At work', trusted: true } },
    });
    const fresh = { headers: { 'x-min-position': changed.headers.get('x-position')! } };
    let listed = await call('GET', session, '', fresh);
    await until('the list is as new as was asked for', async () => {
      if (listed.status === 503) listed = await call('GET', session, '', fresh);
      return listed.status !== 503;
    });
    expect(listed.body.data).toMatchObject([{ name: 'At work', trusted: true }]);
    expect((await change(session, { trusted: false })).body).toMatchObject({ name: 'At work', trusted: false });
  });

  it('is changed only as it was read, where that is asked for', async () => {
    const session = await signInFrom(service(), await newPerson(service()));
    const { headers } = await change(session, { name: 'one' });
    await change(session, { name: 'two' });
    const stale = { 'if-match': headers.get('etag')! };
    expect((await change(session, { name: 'three' }, stale)).status).toBe(412);
    expect((await call('DELETE', session, `/${session.device_id}`, { headers: stale })).status).toBe(412);
    expect((await change(session, { name: 'three' }, { 'if-match': '"1"' })).status).toBe(200);
    expect((await change(session, {})).status).toBe(400);
  });

  it('of somebody else is as unknown as one that never was', async () => {
    const [mine, theirs] = [
      await signInFrom(service(), await newPerson(service())),
      await signInFrom(service(), await newPerson(service())),
    ];
    for (const id of [theirs.device_id, randomUUID()]) {
      for (const [method, body] of [
        ['GET', undefined],
        ['PATCH', { trusted: true }],
        ['DELETE', undefined],
      ] as const) {
        const answer = await call(method, mine, `/${id}`, { body });
        expect([answer.status, answer.body.code]).toEqual([404, 'device-not-found']);
      }
    }
    expect((await contextOf(service(), theirs)).status).toBe(200);
  });

  it('that is removed loses its sessions and its way past a lockout, and is a new one when it signs in again', async () => {
    const email = await newPerson(service());
    const mine = await signInFrom(service(), email);
    const lost = await signInFrom(service(), email);
    const headers = { 'idempotency-key': randomUUID() };
    const remove = () => call('DELETE', mine, `/${lost.device_id}`, { headers });
    expect((await remove()).status).toBe(204);
    const again = await remove();
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([204, 'true']);
    expect((await call('DELETE', mine, `/${lost.device_id}`)).status).toBe(404);
    expect((await contextOf(service(), lost)).body.code).toBe('session-ended');
    expect((await refreshFrom(service(), lost.refresh_token)).status).toBe(401);
    await service().settled();
    expect((await call('GET', mine)).body.data).toMatchObject([{ id: mine.device_id }]);
    const back = await signInFrom(service(), email, null, { device_id: lost.device_id });
    expect(back.device_id).not.toBe(lost.device_id);
    const guesses = Array.from({ length: 5 }, () =>
      service().call('POST', '/auth/login', { body: { email, password: 'wrong password', device_id: lost.device_id } }),
    );
    await Promise.all(guesses);
    const { pool, secrets } = service().identity;
    const { rows } = await pool.query('select failures from sign_in_failures where key = $1', [
      secrets.emailHash(email),
    ]);
    expect(rows).toEqual([{ failures: 5 }]);
  });

  it('loses its sessions also when the command died after the fact', async () => {
    const email = await newPerson(service());
    const [mine, lost] = [await signInFrom(service(), email), await signInFrom(service(), email)];
    const { user_id, device_id } = lost;
    await service().identity.store.execute(devices, deviceKey(user_id, device_id), {
      ...{ id: randomUUID(), context: anonymous(), now: new Date().toISOString() },
      decide: (state) => removeDevice(state, { user_id, device_id, known: true }),
    });
    await service().settled();
    expect((await contextOf(service(), lost)).body.code).toBe('session-ended');
    expect((await contextOf(service(), mine)).status).toBe(200);
    expect((await call('GET', mine, `/${device_id}`)).status).toBe(404);
  });

  it('cannot come back through a sign-in that was under way', async () => {
    const email = await newPerson(service());
    const [mine, lost] = [await signInFrom(service(), email), await signInFrom(service(), email)];
    const signingIn = service().call('POST', '/auth/login', { body: { email, password, device_id: lost.device_id } });
    const [removal, answer] = await Promise.all([call('DELETE', mine, `/${lost.device_id}`), signingIn]);
    expect(removal.status).toBe(204);
    if (answer.status === 200 && answer.body.device_id === lost.device_id) {
      expect((await contextOf(service(), answer.body as unknown as SignedIn)).status).toBe(401);
    }
    const { rows } = await service().identity.pool.query(
      'select from known_devices where user_id = $1 and device_id = $2',
      [lost.user_id, lost.device_id],
    );
    expect(rows).toEqual([]);
  });
});
