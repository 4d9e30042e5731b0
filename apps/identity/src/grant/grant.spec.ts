import type { GrantEvent, RoleId } from '@annals/contracts';
import { deciderSpec } from '@annals/testing';
import { endGrants, type EndGrants } from './end-grants.js';
import { grantRole, maxGrants, timeOfGrant, type GrantRole } from './grant-role.js';
import { grantsOfMember, type Grant, type Grants } from './grant.js';
import { revokeRole, type RevokeRole } from './revoke-role.js';

const now = '2026-11-21T12:00:00.000Z';
const past = '2026-11-21T11:59:59.999Z';
const whose = {
  account_id: '018f0000-0000-7000-8000-00000000000a',
  user_id: '018f0000-0000-7000-8000-0000000000a1',
};
const roleId = (n: number) => `018f0000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const grant = (over: Partial<Grant> = {}): Grant => ({
  ...{ role_id: 'EDITOR', granted_at: '2026-01-01T00:00:00.000Z', valid_from: null, expires_at: null },
  ...{ reason: null, assigned_by_id: null },
  ...over,
});
const granted = (over: Partial<Grant> = {}): GrantEvent => ({
  type: 'RoleGranted',
  data: { ...whose, ...grant(over) },
});
const ended = (reason: 'revoked' | 'expired', role_id: RoleId = 'EDITOR'): GrantEvent => ({
  type: 'RoleGrantEnded',
  data: { ...whose, role_id, reason },
});

describe('giving a role', () => {
  const { given } = deciderSpec({
    ...grantsOfMember,
    decide: (command: GrantRole, state: Grants) => grantRole(state, command),
  });
  const give: GrantRole = { ...whose, grant: grant(), now };

  it('is a fact', () => given([]).when(give).then([granted()]));
  it('is done once', () => given([granted()]).when(give).thenRefuses('role-already-granted'));
  it('closes what is over in the same step', () =>
    given([granted({ expires_at: past })])
      .when(give)
      .then([ended('expired'), granted()]));
  it('is possible again after it was taken', () =>
    given([granted(), ended('revoked')])
      .when(give)
      .then([granted()]));
  it(`is done ${maxGrants} times at most`, () =>
    given(Array.from({ length: maxGrants }, (_, n) => granted({ role_id: roleId(n) })))
      .when(give)
      .thenRefuses('too-many-grants'));
});

describe('the time of a grant', () => {
  const refusal = (time: Parameters<typeof timeOfGrant>[0]) => () => timeOfGrant(time, now);
  it('is kept in UTC', () =>
    expect(timeOfGrant({ valid_from: '2026-11-21T15:00:00+02:00', expires_at: '2026-11-22T00:00:00Z' }, now)).toEqual({
      ...{ valid_from: '2026-11-21T13:00:00.000Z', expires_at: '2026-11-22T00:00:00.000Z' },
    }));
  it('ends in the future, after it began', () => {
    expect(refusal({ expires_at: now })).toThrow(expect.objectContaining({ code: 'grant-ended-before' }) as Error);
    const upsideDown = { valid_from: '2026-11-23T00:00:00Z', expires_at: '2026-11-22T00:00:00Z' };
    expect(refusal(upsideDown)).toThrow(expect.objectContaining({ code: 'grant-never-begins' }) as Error);
  });
});

describe('taking a role', () => {
  const { given } = deciderSpec({
    ...grantsOfMember,
    decide: (command: RevokeRole, state: Grants) => revokeRole(state, command),
  });
  const take: RevokeRole = { ...whose, role_id: 'EDITOR', now };

  it('ends the grant', () =>
    given([granted()])
      .when(take)
      .then([ended('revoked')]));
  it('does not pretend that what was over was taken', () =>
    given([granted({ expires_at: now })])
      .when(take)
      .then([ended('expired')]));
  it('is for what was given', () => {
    given([]).when(take).thenRefuses('grant-not-found');
    given([granted(), ended('revoked')])
      .when(take)
      .thenRefuses('grant-not-found');
  });
});

describe('ending grants', () => {
  const { given } = deciderSpec({
    ...grantsOfMember,
    decide: (command: EndGrants, state: Grants) => endGrants(state, command),
  });

  it('ends those for which there is a reason, twice as once', () => {
    const why = ({ role_id }: Grant) => (role_id === 'EDITOR' ? ('expired' as const) : null);
    const two = [granted(), granted({ role_id: 'BILLING' })];
    given(two)
      .when({ ...whose, why })
      .then([ended('expired')]);
    given([...two, ended('expired')])
      .when({ ...whose, why })
      .thenNothing();
  });
});

describe('what is shown of the past', () => {
  const fold = (events: GrantEvent[]) => events.reduce(grantsOfMember.evolve, grantsOfMember.initial);

  it('is what expired, until it is given again; not what was taken', () => {
    expect(fold([granted(), ended('expired')])).toMatchObject({ expired: [{ role_id: 'EDITOR' }] });
    expect(fold([granted(), ended('expired'), granted()]).expired).toEqual([]);
    expect(fold([granted(), ended('revoked')]).expired).toEqual([]);
    expect(fold([ended('expired')]).expired).toEqual([]);
  });

  it('is bounded', () => {
    const events = Array.from({ length: 30 }, (_, n) => [granted({ role_id: roleId(n) }), ended('expired', roleId(n))]);
    const { expired } = fold(events.flat());
    expect(expired.map(({ role_id }) => role_id)).toEqual(Array.from({ length: 20 }, (_, n) => roleId(n + 10)));
  });
});
