import { identityEvents } from '@annals/contracts';
import { storedEvents } from '@annals/testing';
import { publishedCategories, toIntegrationEvent } from './publish.js';

const account_id = '018f0000-0000-7000-8000-00000000000a';
const user_id = '018f0000-0000-7000-8000-0000000000a1';
const session_id = '018f0000-0000-7000-8000-0000000000c1';
const invitation_id = '018f0000-0000-7000-8000-0000000000e1';
const role_id = '018f0000-0000-7000-8000-0000000000d1';

/** Everything any event of ours may hold, so that a leak would show. */
const data = {
  ...{ role_id, active: true, valid_from: null, expires_at: '2026-02-01T00:00:00.000Z', description: 'Ada’s own' },
  ...{ account_id, user_id, session_id, home_account_id: account_id, status: 'active', role: 'EDITOR', reason: 'left' },
  ...{ slug: 'acme', kind: 'team', email: 'ada@acme.test', name: 'Ada', email_hash: 'secret-hash' },
  ...{ invitation_id, deleted_at: '2026-01-05T00:00:00.000Z', registers: { email: 'ada@acme.test', name: 'Ada' } },
  ...{ profile_image: 'https://pictures.test/Ada.png' },
  ...{ device_name: 'Ada’s laptop', ip_address: '203.0.113.7', user_agent: 'Ada/1.0' },
};
const told = (type: string) => toIntegrationEvent(storedEvents([{ type, stream: 'user-x', account_id, data }])[0]!);

describe('what others are told', () => {
  it.each([
    ['UserRegistered', 'user_registered', { user_id, home_account_id: account_id, status: 'active' }],
    ['EmailVerified', 'email_verified', { user_id, status: 'active' }],
    ['UserDisabled', 'user_disabled', { user_id, status: 'active' }],
    ['UserEnabled', 'user_enabled', { user_id, status: 'active' }],
    ['UserUpdated', 'user_updated', { user_id }],
    ['UserDeleted', 'user_deleted', { user_id, status: 'active', deleted_at: '2026-01-05T00:00:00.000Z' }],
    ['UserRestored', 'user_restored', { user_id, status: 'active' }],
    ['MembershipGranted', 'membership_granted', { account_id, user_id, role: 'EDITOR' }],
    ['MembershipRoleChanged', 'membership_role_changed', { account_id, user_id, role: 'EDITOR' }],
    ['MembershipEnded', 'membership_ended', { account_id, user_id, reason: 'left' }],
    [
      ...(['RoleGranted', 'role_granted'] as const),
      { account_id, user_id, role_id, valid_from: null, expires_at: '2026-02-01T00:00:00.000Z' },
    ],
    ['RoleGrantEnded', 'role_grant_ended', { account_id, user_id, role_id, reason: 'left' }],
    ['SessionStarted', 'session_started', { session_id, user_id }],
    ['SessionEnded', 'session_ended', { session_id, user_id, reason: 'left' }],
  ])('of %s is %s', (type, name, expected) =>
    expect(told(type)).toEqual({ key: `${account_id}/${user_id}`, type: `identity.${name}.v1`, data: expected }),
  );

  it('of AccountCreated is which account, under its own key', () =>
    expect(told('AccountCreated')).toEqual({
      key: `${account_id}/${account_id}`,
      type: 'identity.account_created.v1',
      data: { account_id, slug: 'acme', kind: 'team' },
    }));

  it.each([
    ['RoleDefined', 'role_defined', { account_id, role_id, active: true }],
    ['RoleChanged', 'role_changed', { account_id, role_id, active: true }],
    ['RoleDeleted', 'role_deleted', { account_id, role_id }],
  ])('of %s is which role, under its own key', (type, name, expected) =>
    expect(told(type)).toEqual({ key: `${account_id}/${role_id}`, type: `identity.${name}.v1`, data: expected }),
  );

  it.each([
    [
      ...(['InvitationCreated', 'invitation_created'] as const),
      { account_id, invitation_id, role: 'EDITOR', expires_at: '2026-02-01T00:00:00.000Z' },
    ],
    ['InvitationRevoked', 'invitation_revoked', { account_id, invitation_id }],
    ['InvitationAccepted', 'invitation_accepted', { account_id, invitation_id, user_id, role: 'EDITOR' }],
  ])('of %s is which invitation, under its own key, and no address', (type, name, expected) =>
    expect(told(type)).toEqual({ key: `${account_id}/${invitation_id}`, type: `identity.${name}.v1`, data: expected }),
  );

  it('is nothing about claims, credentials and switches', () => {
    for (const type of ['EmailClaimed', 'EmailReleased', 'SlugClaimed', 'SignInThrottled', 'AccountSwitched']) {
      expect(told(type)).toBeNull();
    }
  });

  it('never holds a personal field, whatever the event', () => {
    const text = JSON.stringify(identityEvents.map(({ type }) => told(type)));
    for (const secret of ['ada@', 'Ada', '203.0.113', 'secret-hash']) expect(text).not.toContain(secret);
  });

  it('has a key also where no account is known', () => {
    const [event] = storedEvents([{ type: 'SessionEnded', stream: 'session-x', data }]);
    expect(toIntegrationEvent(event!)).toMatchObject({ key: `none/${user_id}` });
  });

  it('is asked of the categories that have something to tell', () => {
    const telling = identityEvents.filter(({ type }) => told(type) !== null).map(({ category }) => category);
    expect(new Set(publishedCategories)).toEqual(new Set(telling));
  });
});
