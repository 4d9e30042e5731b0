import { storedEvents } from '@annals/testing';
import { integrationEvent } from './publish.js';

const owner = {
  account_id: '018f0000-0000-7000-8000-00000000000a',
  user_id: '018f0000-0000-7000-8000-0000000000b1',
};

describe('what others are told', () => {
  it('names the changed fields and nothing of what they say', () => {
    const [event] = storedEvents([
      {
        type: 'ProfileUpdated',
        stream: 'profile-x',
        data: { ...owner, name: 'Ada', bio: null, updated_at: '2026-03-01T12:00:00.000Z' },
      },
    ]);
    const told = integrationEvent(event!);
    expect(told).toEqual({
      key: `${owner.account_id}/${owner.user_id}`,
      type: 'profile.updated.v1',
      data: { ...owner, revision: '0', changed_fields: ['name', 'bio'], occurred_at: event!.metadata.occurred_at },
    });
    expect(JSON.stringify(told)).not.toContain('Ada');
  });

  it('is about nobody in particular where an account’s defaults change', () => {
    const { account_id } = owner;
    const data = { account_id, theme: { mode: 'dark' }, locale: null, updated_at: '2026-03-01T12:00:00.000Z' };
    const stream = `accountpreferences-${account_id}`;
    const [event] = storedEvents([{ type: 'AccountPreferencesUpdated', stream, data }]);
    expect(integrationEvent(event!)).toMatchObject({
      key: account_id,
      type: 'account-preferences.updated.v1',
      data: { account_id, user_id: null, changed_fields: ['locale', 'theme'] },
    });
  });

  it('is nothing for a fact that is nobody else’s business', () => {
    const [event] = storedEvents([{ type: 'ProfileViewed', stream: 'profile-x', data: owner }]);
    expect(integrationEvent(event!)).toBeNull();
  });
});
