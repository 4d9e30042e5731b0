import { deciderSpec, laws } from '@annals/testing';
import fc from 'fast-check';
import { abandonRegistration } from './abandon-registration.js';
import { deleteUser } from './delete-user.js';
import { describedUsers, type DescribedUser } from './described-user.js';
import { disableUser } from './disable-user.js';
import { enableUser } from './enable-user.js';
import { grantSuperAdmin } from './grant-super-admin.js';
import { registerUser, type RegisterUser } from './register-user.js';
import { requestVerification } from './request-verification.js';
import { restoreUser } from './restore-user.js';
import { updateUser, type UpdateUser } from './update-user.js';
import { users, type User } from './user.js';
import { verifyEmail } from './verify-email.js';

const user_id = '018f0000-0000-7000-8000-0000000000a1';
const email_hash = 'e'.repeat(32);
const ada: RegisterUser = {
  ...{ user_id, email_hash, email: 'ada@example.test', name: 'Ada' },
  home_account_id: '018f0000-0000-7000-8000-00000000000a',
  ...{ status: 'pending', profile_image: null, managed_by: null, joins: [] },
};
const registered = { type: 'UserRegistered', data: ada };
const abandoned = { type: 'RegistrationAbandoned', data: { user_id, email_hash } };
const verified = { type: 'EmailVerified', data: { user_id, email_hash, status: 'active' } };
const disabled = { type: 'UserDisabled', data: { user_id, status: 'disabled', reason: null } };
const enabled = { type: 'UserEnabled', data: { user_id, status: 'active' } };
const requestedAt = (requested_at: string) => ({
  type: 'EmailVerificationRequested',
  data: { user_id, email_hash, requested_at },
});
const decider = <C>(decide: (user: User, command: C) => readonly { type: string; data: object }[]) => ({
  ...users,
  decide: (command: C, user: User) => decide(user, command) as ReturnType<typeof registerUser>,
});

describe('registering', () => {
  const { given } = deciderSpec(decider(registerUser));
  it('makes a pending user', () => given([]).when(ada).then([registered]));
  it('twice is once', () => given([registered]).when(ada).thenNothing());
  it('comes too late after it was given up, so one address never has two users', () =>
    given([abandoned]).when(ada).thenRefuses('registration-abandoned'));
});

describe('giving up a registration', () => {
  const { given } = deciderSpec(decider(abandonRegistration));
  const abandon = { user_id, email_hash };
  it('shuts the stream of a user who never was', () => given([]).when(abandon).then([abandoned]));
  it('leaves a user alone', () => given([registered]).when(abandon).thenNothing());
  it('twice is once', () => given([abandoned]).when(abandon).thenNothing());
});

describe('verifying an address', () => {
  const { given } = deciderSpec(decider(verifyEmail));
  it('makes a pending user active', () => given([registered]).when({ email_hash }).then([verified]));
  it('twice is once', () => given([registered, verified]).when({ email_hash }).thenNothing());
  it('refuses an address that is not theirs', () =>
    given([registered])
      .when({ email_hash: 'f'.repeat(32) })
      .thenRefuses('invalid-verification-token'));
  it('refuses a user who never was', () => given([]).when({ email_hash }).thenRefuses('invalid-verification-token'));
  it('leaves a disabled user disabled', () => {
    const state = [registered, disabled, verified].reduce<User>((user, event) => users.evolve(user, event), {
      kind: 'unknown',
    });
    expect(state).toMatchObject({ kind: 'disabled', email_verified: true });
  });
});

describe('asking for the verification mail again', () => {
  const { given } = deciderSpec(decider(requestVerification));
  const at = (time: string) => ({ now: `2026-03-01T${time}.000Z` });
  const asked = (time: string) => requestedAt(at(time).now);
  it('is granted to a pending user', () =>
    given([registered])
      .when(at('12:00:00'))
      .then([asked('12:00:00')]));
  it('is granted once a minute', () =>
    given([registered, asked('12:00:00')])
      .when(at('12:00:59'))
      .thenNothing());
  it('is granted again after a minute', () =>
    given([registered, asked('12:00:00')])
      .when(at('12:01:00'))
      .then([asked('12:01:00')]));
  it('is granted five times a day', () =>
    given([registered, ...['01', '02', '03', '04', '05'].map((hour) => asked(`${hour}:00:00`))])
      .when(at('12:00:00'))
      .thenNothing());
  it('does nothing once verified', () => given([registered, verified]).when(at('12:00:00')).thenNothing());
  it('does nothing for a disabled user', () => given([registered, disabled]).when(at('12:00:00')).thenNothing());
  it('does nothing for nobody', () => given([]).when(at('12:00:00')).thenNothing());
});

describe('granting super admin', () => {
  const { given } = deciderSpec(decider(grantSuperAdmin));
  const grant = { reason: 'first one' };
  const granted = { type: 'SuperAdminGranted', data: { user_id, is_super_admin: true, reason: 'first one' } };
  it('is a fact with a reason', () => given([registered]).when(grant).then([granted]));
  it('twice is once', () => given([registered, granted]).when(grant).thenNothing());
  it('needs a person', () => given([]).when(grant).thenRefuses('user-unknown'));
});

const deleted = {
  type: 'UserDeleted',
  data: { user_id, status: 'deleted', deleted_at: '2026-03-01T12:00:00.000Z', deleted_by_id: user_id },
};
const restored = (status: string) => ({ type: 'UserRestored', data: { user_id, status } });
const updated = (data: object) => ({ type: 'UserUpdated', data: { user_id, ...data } });

describe('disabling', () => {
  const { given } = deciderSpec(decider(disableUser));
  const disable = { reason: null };
  it('puts a person out', () => given([registered]).when(disable).then([disabled]));
  it('twice is once', () => given([registered, disabled]).when(disable).thenNothing());
  it('needs a person', () => given([abandoned]).when(disable).thenRefuses('user-not-found'));
  it('needs one who is not deleted', () => given([registered, deleted]).when(disable).thenRefuses('user-deleted'));
});

describe('enabling', () => {
  const { given } = deciderSpec(decider((user: User) => enableUser(user)));
  const back = (status: string) => ({ type: 'UserEnabled', data: { user_id, status } });
  it('lets them in as far as their address is proven', () => {
    given([registered, disabled])
      .when({})
      .then([back('pending')]);
    given([registered, verified, disabled])
      .when({})
      .then([back('active')]);
  });
  it('of who is in changes nothing', () => given([registered]).when({}).thenNothing());
  it('needs one who is not deleted', () => given([registered, deleted]).when({}).thenRefuses('user-deleted'));
});

describe('deleting', () => {
  const { given } = deciderSpec(decider(deleteUser));
  const command = { now: '2026-03-01T12:00:00.000Z', deleted_by_id: user_id };
  it('says when and by whom', () => given([registered]).when(command).then([deleted]));
  it('twice is once', () => given([registered, deleted]).when(command).thenNothing());
  it('needs a person', () => given([]).when(command).thenRefuses('user-not-found'));
});

describe('restoring', () => {
  const { given } = deciderSpec(decider((user: User) => restoreUser(user)));
  it.each([
    ['pending', []],
    ['active', [verified]],
    ['disabled', [verified, disabled]],
  ])('makes them %s again, as they were', (status, past) =>
    given([registered, ...past, deleted])
      .when({})
      .then([restored(status)]),
  );
  it('of who was not deleted changes nothing', () => given([registered]).when({}).thenNothing());
  it('needs a person', () => given([]).when({}).thenRefuses('user-not-found'));
  it('keeps an address that was proven meanwhile out of it', () =>
    expect([registered, deleted, verified].reduce(users.evolve, users.initial)).toMatchObject({ kind: 'deleted' }));
});

describe('changing what is said about a person', () => {
  const { given } = deciderSpec({
    ...describedUsers,
    decide: (command: UpdateUser, described: DescribedUser) => updateUser(described, command),
  });
  it('tells what is new and nothing else', () =>
    given([registered])
      .when({ name: 'Ada', profile_image: 'https://p.test/a' })
      .then([updated({ profile_image: 'https://p.test/a' })]));
  it('takes a picture away', () =>
    given([registered, updated({ profile_image: 'https://p.test/a' })])
      .when({ profile_image: null })
      .then([updated({ profile_image: null })]));
  it('that is so already changes nothing', () =>
    given([registered, updated({ name: 'Countess' })])
      .when({ name: 'Countess', profile_image: null, status: 'active' })
      .thenNothing());
  it('changes where they may come in at the same time', () =>
    given([registered])
      .when({ name: 'Countess', status: 'disabled' })
      .then([updated({ name: 'Countess' }), disabled]));
  it('needs one who is not deleted', () =>
    given([registered, deleted]).when({ name: 'Countess' }).thenRefuses('user-deleted'));
});

const history = fc.constantFrom(
  ...[registered, abandoned, verified, disabled, enabled, deleted, restored('active'), restored('disabled')],
  ...[requestedAt('2026-03-01T12:00:00.000Z'), updated({ name: 'Countess' })],
);
const histories = fc.array(history, { maxLength: 8 });
laws('registering', decider(registerUser), { commands: fc.constant(ada), histories });
laws('verifying', decider(verifyEmail), { commands: fc.constant({ email_hash }), histories });
laws('giving up', decider(abandonRegistration), { commands: fc.constant({ user_id, email_hash }), histories });
laws('disabling', decider(disableUser), { commands: fc.constant({ reason: null }), histories });
laws(
  'enabling',
  decider((user: User) => enableUser(user)),
  { commands: fc.constant({}), histories },
);
laws(
  'restoring',
  decider((user: User) => restoreUser(user)),
  { commands: fc.constant({}), histories },
);
laws('deleting', decider(deleteUser), {
  commands: fc.constant({ now: '2026-03-01T12:00:00.000Z', deleted_by_id: null }),
  histories,
});
