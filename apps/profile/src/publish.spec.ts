import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { allEvents, profileEvents } from '@annals/contracts';
import { storedEvents } from '@annals/testing';
import { integrationEvent, publishedCategories } from './publish.js';

/** The event as it was once written. */
const fixtureOf = (type: string) =>
  JSON.parse(readFileSync(join(__dirname, `../../../libs/contracts/fixtures/${type}.v1.json`), 'utf8')) as Record<
    string,
    unknown
  >;

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

  it.each([
    [
      'ProfilePrivacyChanged',
      'profile.privacy-changed.v1',
      ['privacy.phone_number', 'privacy.bio', 'privacy.searchable', 'privacy.activity_tracking'],
    ],
    ['ProfileDisclosed', 'profile.disclosed.v1', []],
    ['AvatarChanged', 'profile.avatar-changed.v1', ['avatar']],
    ['AvatarRemoved', 'profile.avatar-removed.v1', ['avatar']],
    ['ProfileVerified', 'profile.verified.v1', ['verified']],
    ['ProfileVerificationLapsed', 'profile.verification-lapsed.v1', ['verified']],
    ['VerificationRequested', 'profile.verification-requested.v1', []],
    ['VerificationApproved', 'profile.verification-approved.v1', []],
    ['VerificationRejected', 'profile.verification-rejected.v1', []],
  ])('of %s is that it happened, with nothing of what it says', (type, published, changed_fields) => {
    const contract = allEvents.find((one) => one.type === type)!;
    const data = fixtureOf(type);
    const told = integrationEvent(storedEvents([{ type, stream: `${contract.category}-x`, data }])[0]!);
    expect(told).toMatchObject({ type: published, key: `${owner.account_id}/${owner.user_id}` });
    expect(told!.data.changed_fields).toEqual(changed_fields);
    expect(publishedCategories).toContain(contract.category);
    for (const { path } of contract.personalFields) {
      expect(JSON.stringify(told)).not.toContain(JSON.stringify(data[path[0]!] ?? 'never said'));
    }
  });

  it('is of every event of a profile, and of those that tell how its handle is kept unique nothing', () => {
    const untold = profileEvents
      .filter(({ category }) => category === 'profile')
      .filter(({ type }) => integrationEvent(storedEvents([{ type, stream: 'profile-x', data: owner }])[0]!) === null);
    expect(untold.map(({ type }) => type).filter((type) => !type.startsWith('Handle'))).toEqual([]);
  });

  it('is nothing for a fact that is nobody else’s business', () => {
    const [event] = storedEvents([{ type: 'ProfileViewed', stream: 'profile-x', data: owner }]);
    expect(integrationEvent(event!)).toBeNull();
  });
});
