import type { BuiltInRole } from '@annals/contracts';
import { deciderSpec } from '@annals/testing';
import { changeRole } from './change-role.js';
import { endMembership } from './end-membership.js';
import { grantFirstMembership, grantMembership, type GrantMembership } from './grant-membership.js';
import { joinAccount } from './join.js';
import { memberships, type Membership } from './membership.js';

const who = {
  account_id: '018f0000-0000-7000-8000-00000000000a',
  user_id: '018f0000-0000-7000-8000-0000000000a1',
};
const granted = { type: 'MembershipGranted', data: { ...who, role: 'EDITOR' } };
const ended = { type: 'MembershipEnded', data: { ...who, reason: 'left' } };
const changed = { type: 'MembershipRoleChanged', data: { ...who, role: 'VIEWER' } };

describe('changing the role of a member', () => {
  const { given } = deciderSpec({
    ...memberships,
    decide: (role: BuiltInRole, membership: Membership) => changeRole(membership, role),
  });
  it('gives the new one', () => given([granted]).when('VIEWER').then([changed]));
  it('twice is once', () => given([granted, changed]).when('VIEWER').thenNothing());
  it.each([
    ['nobody', []],
    ['who left', [granted, ended]],
  ] as const)('finds %s', (_, history) => given(history).when('VIEWER').thenRefuses('member-not-found'));
});

describe('ending a membership', () => {
  const { given } = deciderSpec({
    ...memberships,
    decide: (reason: 'removed' | 'left', membership: Membership) => endMembership(membership, reason),
  });
  it('says why', () => given([granted]).when('left').then([ended]));
  it('twice is once', () => given([granted, ended]).when('removed').thenNothing());
});

describe('letting in who never was a member', () => {
  const { given } = deciderSpec({
    ...memberships,
    decide: (command: GrantMembership, membership: Membership) => grantFirstMembership(membership, command),
  });
  const grant = { ...who, role: 'EDITOR' } as const;
  it('lets a stranger in', () => given([]).when(grant).then([granted]));
  it('leaves a member as they are', () => given([granted, changed]).when(grant).thenNothing());
  it('does not let back in who left or was removed', () => given([granted, ended]).when(grant).thenNothing());
});

describe('granting membership', () => {
  const { given } = deciderSpec({
    ...memberships,
    decide: (command: GrantMembership, membership: Membership) => grantMembership(membership, command),
  });
  const grant = { ...who, role: 'EDITOR' } as const;
  it('lets a stranger in', () => given([]).when(grant).then([granted]));
  it('twice is once', () => given([granted]).when(grant).thenNothing());
  it('lets somebody back in who left', () => given([granted, ended]).when(grant).then([granted]));
  it('does not change a role by the way', () =>
    given([granted])
      .when({ ...grant, role: 'ADMIN' })
      .thenRefuses('already-member'));
  it('compares with the role of today', () =>
    given([granted, changed])
      .when({ ...grant, role: 'VIEWER' })
      .thenNothing());
  it('keeps ended what ended', () => expect(memberships.evolve({ kind: 'ended' }, changed)).toEqual({ kind: 'ended' }));
});

describe('joining on an invitation', () => {
  const { given } = deciderSpec({
    ...memberships,
    decide: (command: GrantMembership, membership: Membership) => joinAccount(membership, command),
  });
  const join = { ...who, role: 'EDITOR' } as const;
  it('lets a stranger in, and somebody back in who left', () => {
    given([]).when(join).then([granted]);
    given([granted, ended]).when(join).then([granted]);
  });
  it('leaves who is in already what they are there', () => given([granted, changed]).when(join).thenNothing());
});
