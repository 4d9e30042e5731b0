import { type DomainEvent, guardedFieldNames, type PrivacyDocument, type PrivacyPatch } from '@annals/contracts';
import { deciderSpec, laws } from '@annals/testing';
import fc from 'fast-check';
import { profile } from '../profile/profile.js';
import { shownPrivacy } from './get-privacy.js';
import { decidePatchPrivacy } from './patch-privacy.js';
import { decideReplacePrivacy } from './replace-privacy.js';

const owner = {
  account_id: '018f0000-0000-7000-8000-00000000000a',
  user_id: '018f0000-0000-7000-8000-0000000000b1',
};
const now = '2026-03-01T12:00:00.000Z';
const changed = (data: PrivacyDocument): DomainEvent => ({
  type: 'ProfilePrivacyChanged',
  data: { ...owner, ...data, updated_at: now },
});

describe('replacing privacy settings', () => {
  const { given } = deciderSpec({ ...profile, decide: decideReplacePrivacy });
  const to = (privacy: PrivacyDocument) => ({ ...owner, privacy, now });

  it('tells only what changed', () =>
    given([changed({ fields: { bio: 'public', name: 'private' }, searchable: false })])
      .when(to({ fields: { bio: 'account', name: 'private' }, searchable: false }))
      .then([changed({ fields: { bio: 'account' } })]));

  it('takes back what is left out, and says what holds from now on', () =>
    given([changed({ fields: { bio: 'public' }, searchable: false, activity_tracking: true })])
      .when(to({}))
      .then([changed({ fields: { bio: 'account' }, searchable: true })]));

  it('remembers a decision that is the same as the default: defaults may change, decisions do not', () =>
    given([])
      .when(to({ fields: { bio: 'account' } }))
      .then([changed({ fields: { bio: 'account' } })]));

  it('says nothing of the consent to tracking, which is decided beside it', () =>
    given([changed({ activity_tracking: true })])
      .when(to({ activity_tracking: false }))
      .thenNothing());

  it('does nothing when everything is so already', () => {
    given([]).when(to({})).thenNothing();
    given([changed({ fields: { bio: 'public' } })])
      .when(to({ fields: { bio: 'public' } }))
      .thenNothing();
  });
});

describe('patching privacy settings', () => {
  const { given } = deciderSpec({ ...profile, decide: decidePatchPrivacy });
  const by = (patch: PrivacyPatch) => ({ ...owner, patch, now });

  it('keeps what it does not name', () =>
    given([changed({ fields: { bio: 'public' }, searchable: false })])
      .when(by({ fields: { phone_number: 'account' } }))
      .then([changed({ fields: { phone_number: 'account' } })]));

  it('takes back what it names with null, one or all', () => {
    const before = [changed({ fields: { bio: 'public', name: 'private' }, activity_tracking: true })];
    given(before)
      .when(by({ fields: { bio: null }, activity_tracking: null }))
      .then([changed({ fields: { bio: 'account' } })]);
    given(before)
      .when(by({ fields: null }))
      .then([changed({ fields: { name: 'account', bio: 'account' } })]);
  });

  it('does nothing about what was never decided', () =>
    given([])
      .when(by({ fields: { bio: null }, searchable: null }))
      .thenNothing());
});

describe('privacy settings as shown', () => {
  it('are all there, defaults filled in, and survive the deletion of the profile', () => {
    const after = (...events: DomainEvent[]) => shownPrivacy(owner, events.reduce(profile.evolve, profile.initial));
    const before = after();
    expect(Object.keys(before.fields).sort()).toEqual([...guardedFieldNames].sort());
    expect(before).toMatchObject({ ...owner, searchable: true, activity_tracking: false, updated_at: null });
    const kept = after(changed({ fields: { name: 'private' } }), { type: 'ProfileDeleted', data: owner });
    expect(kept).toEqual({ ...before, fields: { ...before.fields, name: 'private' }, updated_at: now });
  });
});

const fields = fc.record(
  {
    name: fc.constantFrom('private', 'account', 'public'),
    bio: fc.constantFrom('account', 'public'),
    emergency_contact: fc.constantFrom('private', 'account'),
  },
  { requiredKeys: [] },
);
const flags = { searchable: fc.boolean(), activity_tracking: fc.boolean() };
const documents = fc.record({ fields, ...flags }, { requiredKeys: [] }) as fc.Arbitrary<PrivacyDocument>;
const patches = fc.record(
  {
    fields: fc.option(fc.record({ name: fc.constantFrom('public', null), avatar: fc.constantFrom('private', null) })),
    searchable: fc.option(flags.searchable),
    activity_tracking: fc.option(flags.activity_tracking),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<PrivacyPatch>;
const histories = fc.array(fc.oneof(documents.map(changed), fc.constant({ type: 'ProfileDeleted', data: owner })), {
  maxLength: 6,
});

laws(
  'replacing privacy settings',
  { ...profile, decide: decideReplacePrivacy },
  { commands: documents.map((privacy) => ({ ...owner, privacy, now })), histories },
);
laws(
  'patching privacy settings',
  { ...profile, decide: decidePatchPrivacy },
  { commands: patches.map((patch) => ({ ...owner, patch, now })), histories },
);
