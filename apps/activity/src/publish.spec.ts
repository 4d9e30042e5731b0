import { storedEvents } from '@annals/testing';
import { integrationEvent } from './publish.js';

describe('what others are told of client facts', () => {
  const data = { account_id: 'a', user_id: 'u', batch_id: 'b', count: 2, facts: [{ type: 'canary' }] };
  const [event, other] = storedEvents([
    { type: 'ActivityTracked', stream: 'tracked-a_u_20260301', data },
    { type: 'Other', stream: 'tracked-a_u_20260301' },
  ]);

  it('is how many there were, not what they say', () => {
    const told = integrationEvent(event!);
    expect(told).toMatchObject({ key: 'a/u', type: 'activity.tracked.v1', data: { batch_id: 'b', count: 2 } });
    expect(JSON.stringify(told)).not.toContain('canary');
  });

  it('is nothing for other facts', () => expect(integrationEvent(other!)).toBeNull());
});
