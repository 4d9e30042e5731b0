import { randomUUID } from 'node:crypto';
import { derivedId } from '@annals/event-store';
import { anonymous, startTestStores, until } from '@annals/testing';
import { startIdentity, storeOptions, type IdentityService, type TestStores } from '../testing/identity-service.js';
import { contextOf, newPerson, password, refreshFrom, signInFrom, type SignedIn } from '../testing/sign-in.js';
import { endEverySession } from './end-every-session.js';
import { endSessionNow } from './end-session-now.js';
import { startFamily } from './start-family.js';
import { tokensOf } from './session-tokens.js';

// Nothing follows the log here: what must hold at once may not wait for a read model or a reactor.
let stores: TestStores;
let service: IdentityService;
beforeAll(async () => {
  stores = await startTestStores(storeOptions);
  service = await startIdentity(stores, {}, { follows: false });
});
afterAll(async () => {
  await service?.stop();
  await stores?.stop();
});

const asking = () => ({ commandId: randomUUID(), context: anonymous(), now: new Date().toISOString() });
const markerOf = async (key: string) =>
  (await service.identity.pool.query('select kind from revocations where key = $1', [key])).rows;

/** Refused wherever it is shown: by what gateways ask, and by refresh; and gateways have been told. */
async function isOver(session: SignedIn): Promise<void> {
  expect((await contextOf(service, session)).body.code).toBe('session-ended');
  expect((await refreshFrom(service, session.refresh_token)).status).toBe(401);
  expect(await markerOf(session.session_id)).toEqual([{ kind: 'session' }]);
}
async function isOpen(session: SignedIn): Promise<void> {
  expect((await contextOf(service, session)).status).toBe(200);
  expect(await markerOf(session.session_id)).toEqual([]);
}

describe('with no projection and no reactor running', () => {
  it('a session that was terminated is refused at once', async () => {
    const email = await newPerson(service);
    const [mine, other] = [await signInFrom(service, email), await signInFrom(service, email)];
    const end = await service.call('DELETE', `/users/sessions/${other.session_id}`, { token: mine.access_token });
    expect(end.status).toBe(204);
    await isOver(other);
    await isOpen(mine);
  });

  it('every other session is, or every one', async () => {
    const email = await newPerson(service);
    const [mine, ...others] = await Promise.all(Array.from({ length: 12 }, () => signInFrom(service, email)));
    const end = (query: string) => service.call('DELETE', `/users/sessions/all${query}`, { token: mine!.access_token });
    expect((await end('?except_current=true')).body).toEqual({ ended: 11 });
    for (const other of others) await isOver(other);
    await isOpen(mine!);
    expect((await end('')).body).toEqual({ ended: 1 });
    await isOver(mine!);
  });

  it('all sessions on a removed device are', async () => {
    const email = await newPerson(service);
    const mine = await signInFrom(service, email);
    const lost = await signInFrom(service, email);
    const again = await signInFrom(service, email, null, { device_id: lost.device_id });
    const path = `/users/devices/${lost.device_id}`;
    expect((await service.call('DELETE', path, { token: mine.access_token })).status).toBe(204);
    await isOver(lost);
    await isOver(again);
    await isOpen(mine);
    expect((await service.call('GET', '/users/devices', { token: mine.access_token })).body).toMatchObject({
      data: [{ id: mine.device_id }],
      meta: { total_items: 1 },
    });
  });
});

describe('ending every session', () => {
  it('stopped halfway and repeated, ends the rest once', async () => {
    const email = await newPerson(service);
    const sessions = await Promise.all(Array.from({ length: 3 }, () => signInFrom(service, email)));
    const { user_id } = sessions[0]!;
    const same = asking();
    const [first] = sessions;
    await endSessionNow(
      service.identity,
      { ...same, commandId: derivedId(same.commandId, first!.session_id) },
      { session_id: first!.session_id, user_id, reason: 'password-changed' },
    );
    expect((await endEverySession(service.identity, same, user_id, 'password-changed')).ended).toBe(2);
    expect((await endEverySession(service.identity, same, user_id, 'password-changed')).ended).toBe(0);
    for (const session of sessions) await isOver(session);
  });

  it('spares those that began after what caused it: a reactor may come late', async () => {
    const email = await newPerson(service);
    const before = await signInFrom(service, email);
    const cause = new Date().toISOString();
    await service.identity.pool.query(
      "update session_tokens set started_at = started_at - interval '1 minute' where session_id = $1",
      [before.session_id],
    );
    await until('time has gone on', () => new Date().toISOString() > cause);
    const after = await signInFrom(service, email);
    await endEverySession(service.identity, asking(), before.user_id, 'user-disabled', null, cause);
    await isOver(before);
    await isOpen(after);
  });

  it('reaches a sign-in that was under way: it began with what no longer counts', async () => {
    const { user_id, device_id } = await signInFrom(service, await newPerson(service));
    const now = new Date().toISOString();
    await endEverySession(service.identity, asking(), user_id, 'password-changed');
    const begun = {
      ...{ session_id: randomUUID(), user_id, device_id, auth_methods: ['pwd'], elevated: false },
      ...{ signed_in_to: null, origin: { network: null, place: null }, now },
      expires_at: new Date(Date.now() + 60_000).toISOString(),
    };
    const late = startFamily(service.identity, begun);
    await expect(late).rejects.toMatchObject({ status: 409, code: 'sign-in-overtaken' });
    expect(await tokensOf(service.identity.pool, begun.session_id)).toBeNull();
  });

  it('leaves nobody who signs in at the same time with a session that nobody ended', async () => {
    const email = await newPerson(service);
    const { user_id } = await signInFrom(service, email);
    const racing = Array.from({ length: 6 }, () => service.call('POST', '/auth/login', { body: { email, password } }));
    const cut = new Date().toISOString();
    await endEverySession(service.identity, asking(), user_id, 'password-changed', null, cut);
    for (const answer of await Promise.all(racing)) {
      if (answer.status !== 200) expect(answer.body.code).toBe('sign-in-overtaken');
    }
    const { rows } = await service.identity.pool.query(
      'select from session_tokens where user_id = $1 and ended_at is null and started_at <= $2',
      [user_id, cut],
    );
    expect(rows).toEqual([]);
  });
});
