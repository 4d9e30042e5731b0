import { randomUUID } from 'node:crypto';
import { accessEndOf } from './access-end.js';

const [account_id, user_id] = [randomUUID(), randomUUID()];
const identity = { principal: 'svc:identity', account_id };
const told = (name: string, data: unknown, context: Parameters<typeof accessEndOf>[1] = identity) =>
  accessEndOf({ type: `identity.${name}.v1`, data }, context);

describe('what identity tells', () => {
  it.each([
    ['membership_ended', { account_id, user_id }, { account: account_id, owner: user_id }, 'membership-ended'],
    ['user_disabled', { user_id, status: 'disabled' }, { account: null, owner: user_id }, 'user-disabled'],
    ['user_deleted', { user_id, status: 'deleted' }, { account: null, owner: user_id }, 'user-deleted'],
    ['account_closed', { account_id }, { account: account_id, owner: null }, 'account-closed'],
  ])('%s ends whose business it names, whatever else it says by then', (name, data, whose, reason) =>
    expect(told(name, { ...data, added_later: 1 })).toEqual({ whose, reason }),
  );

  it.each(['membership_granted', 'user_enabled', 'session_ended'])('%s ends nothing', (name) =>
    expect(told(name, { account_id, user_id })).toBeNull(),
  );

  it('is not taken from another service, nor about another account than its context’s', () => {
    const refused = expect.objectContaining({ status: 403, code: 'event-mismatch' }) as Error;
    const data = { account_id, user_id };
    expect(() => told('membership_ended', data, { ...identity, principal: 'svc:profile' })).toThrow(refused);
    expect(() => told('user_deleted', data, { ...identity, principal: null })).toThrow(refused);
    expect(() => told('membership_ended', data, { ...identity, account_id: randomUUID() })).toThrow(refused);
    expect(() => told('account_closed', data, { ...identity, account_id: null })).toThrow(refused);
  });

  it('is refused when it names nobody', () =>
    expect(() => told('membership_ended', { account_id, user_id: 'x' })).toThrow('user_id'));
});
