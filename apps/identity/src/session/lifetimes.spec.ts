import { randomUUID } from 'node:crypto';
import { anonymous, startTestStores } from '@annals/testing';
import { identityUnderTest, storeOptions } from '../testing/identity-service.js';
import { contextOf, newPerson, refreshFrom, signInFrom, type SignedIn } from '../testing/sign-in.js';
import { users } from '../user/user.js';
import { lifetimesOf } from './lifetimes.js';

const { service } = identityUnderTest(() => startTestStores(storeOptions));

async function promote({ user_id }: SignedIn): Promise<void> {
  await service().identity.store.execute(users, user_id, {
    ...{ id: randomUUID(), context: anonymous(), now: new Date().toISOString() },
    decide: () => [{ type: 'SuperAdminGranted', data: { user_id, is_super_admin: true, reason: 'runs the place' } }],
  });
}
const age = ({ session_id }: SignedIn, column: string, by: string) =>
  service().identity.pool.query(
    `update session_tokens set ${column} = ${column} - $2::interval where session_id = $1`,
    [session_id, by],
  );
const codeOf = async (session: SignedIn) => (await contextOf(service(), session)).body.code;

describe('the session of a super admin', () => {
  it('lasts twelve hours at most, and half an hour unused', async () => {
    const email = await newPerson(service());
    await promote(await signInFrom(service(), email));
    const session = await signInFrom(service(), email);
    await service().settled();
    const { body } = await service().call('GET', '/users/sessions', { token: session.access_token });
    const listed = (body.data as { id: string; started_at: string; expires_at: string }[]).find(
      ({ id }) => id === session.session_id,
    )!;
    expect(Date.parse(listed.expires_at) - Date.parse(listed.started_at)).toBe(12 * 3_600_000);
    await age(session, 'last_activity_at', '29 minutes');
    expect(await codeOf(session)).toBeUndefined();
    await age(session, 'last_activity_at', '31 minutes');
    expect(await codeOf(session)).toBe('session-idle');
    expect((await refreshFrom(service(), session.refresh_token)).body.code).toBe('session-idle');
  });

  it('is held to that also when it began before its person became one', async () => {
    const session = await signInFrom(service(), await newPerson(service()));
    await age(session, 'last_activity_at', '31 minutes');
    expect(await codeOf(session)).toBeUndefined();
    await promote(session);
    await age(session, 'last_activity_at', '31 minutes');
    expect(await codeOf(session)).toBe('session-idle');
    await age(session, 'last_activity_at', '-31 minutes');
    await age(session, 'started_at', '12 hours');
    expect(await codeOf(session)).toBe('session-expired');
  });
});

describe('lifetimes', () => {
  it('are never longer for more rights than for less', () => {
    const base = service().identity.settings;
    const short = { ...base, sessionTimeout: 60, sessionLifetime: 120 };
    expect(lifetimesOf(base, true)).toEqual({ idle: 1800, longest: 12 * 3600 });
    expect(lifetimesOf(short, true)).toEqual({ idle: 60, longest: 120 });
    expect(lifetimesOf(short, false)).toEqual({ idle: 60, longest: 120 });
  });
});
