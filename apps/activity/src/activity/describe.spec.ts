import { allEvents } from '@annals/contracts';
import { storedEvents } from '@annals/testing';
import { activityRows } from './activity-row.js';
import { describeEvent } from './describe.js';

const person = '018f0000-0000-7000-8000-0000000000b1';

function stored(type: string, data: Record<string, unknown> = {}) {
  const contract = allEvents.find((one) => one.type === type)!;
  const [event] = storedEvents([{ type, stream: `${contract.category}-1`, data: { user_id: person, ...data } }]);
  return { event: event!, contract };
}

function described(type: string, data: Record<string, unknown> = {}) {
  const { event, contract } = stored(type, data);
  return describeEvent(event, contract.category, contract.audit.keys);
}

describe('what an event is called in the activity log', () => {
  it.each(allEvents.map(({ type }) => type))('%s has a name in small letters and a category people know', (type) => {
    const { type: name, category } = described(type);
    expect(name).toMatch(/^[a-z]+(_[a-z]+)*$/);
    expect(['security', 'account', 'profile', 'preferences', 'data', 'feedback']).toContain(category);
  });

  it('is the name of nothing else', () => {
    const names = allEvents.map(({ type }) => described(type).type);
    expect(new Set(names).size).toBe(names.length);
  });

  it.each([
    ['SessionStarted', 'sign_in', 'security'],
    ['MembershipGranted', 'account_joined', 'account'],
    ['MembershipRoleChanged', 'account_role_changed', 'account'],
    ['CommandRejected', 'request_rejected', 'security'],
    ['RefreshTokenReplayed', 'session_token_reused', 'security'],
    ['NewDeviceSeen', 'sign_in_from_new_device', 'security'],
    ['DeviceTrusted', 'device_trusted', 'security'],
    ['ProviderLinked', 'provider_linked', 'security'],
    ['RetentionApplied', 'old_entries_removed', 'data'],
    ['ActivityExported', 'activity_exported', 'data'],
    ['ProfileUpdated', 'profile_updated', 'profile'],
  ])('of %s is %s, about %s', (event, type, category) => expect(described(event)).toMatchObject({ type, category }));

  it('says of a change which fields it was about, and of the end of a session why', () => {
    expect(described('ProfileUpdated', { name: 'Ada', bio: null, updated_at: 'x' }).tags).toEqual(['name', 'bio']);
    expect(described('SessionEnded', { reason: 'logout' })).toMatchObject({ type: 'sign_out', tags: ['logout'] });
  });

  it.each([
    'EmailClaimed',
    'SlugReleased',
    'AccountNameClaimed',
    'DomainClaimed',
    'HandleClaimed',
    'ExportPartGathered',
  ])('does not matter for %s, which another event tells of', (type) => {
    const { event, contract } = stored(type);
    expect(activityRows(event, contract, person)).toEqual([]);
  });
});
