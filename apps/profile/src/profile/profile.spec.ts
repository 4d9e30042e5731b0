import { avatarLinks } from '../avatar/avatar-links.js';
import { type DomainEvent, type ProfileDocument, type ProfilePatch } from '@annals/contracts';
import { erased } from '@annals/event-store';
import { deciderSpec, laws } from '@annals/testing';
import fc from 'fast-check';
import { decideDeleteProfile } from './delete-profile.js';
import { decidePatchProfile } from './patch-profile.js';
import { profile, shown } from './profile.js';
import { decideReplaceProfile } from './replace-profile.js';

const owner = {
  account_id: '018f0000-0000-7000-8000-00000000000a',
  user_id: '018f0000-0000-7000-8000-0000000000b1',
};
const now = '2026-03-01T12:00:00.000Z';
const updated = (fields: ProfileDocument): DomainEvent => ({
  type: 'ProfileUpdated',
  data: { ...owner, ...fields, updated_at: now },
});
const deleted: DomainEvent = { type: 'ProfileDeleted', data: owner };

describe('replacing a profile', () => {
  const { given } = deciderSpec({ ...profile, decide: decideReplaceProfile });
  const to = (fields: ProfileDocument) => ({ ...owner, profile: fields, now });

  it('tells only what changed', () =>
    given([updated({ name: 'Ada', bio: 'Analyst' })])
      .when(to({ name: 'Ada', bio: 'Countess' }))
      .then([updated({ bio: 'Countess' })]));

  it('removes what is left out or null', () =>
    given([updated({ name: 'Ada', bio: 'Analyst', location: 'London' })])
      .when(to({ name: 'Ada', bio: null }))
      .then([updated({ bio: null, location: null })]));

  it('does nothing when everything is so already, whatever the order of keys', () =>
    given([updated({ social_links: { github: 'https://github.com/ada', x: 'https://x.com/ada' } })])
      .when(to({ social_links: { x: 'https://x.com/ada', github: 'https://github.com/ada' } }))
      .thenNothing());

  it('refuses to be born tomorrow, and accepts today', () => {
    given([])
      .when(to({ date_of_birth: '2026-03-02' }))
      .thenRefuses('profile-field-invalid');
    given([])
      .when(to({ date_of_birth: '2026-03-01' }))
      .then([updated({ date_of_birth: '2026-03-01' })]);
  });
});

describe('patching a profile', () => {
  const { given } = deciderSpec({ ...profile, decide: decidePatchProfile });
  const by = (patch: ProfilePatch) => ({ ...owner, patch, now });

  it('keeps what it does not name', () =>
    given([updated({ name: 'Ada', bio: 'Analyst' })])
      .when(by({ bio: null }))
      .then([updated({ bio: null })]));

  it('merges one link into the others', () =>
    given([updated({ social_links: { github: 'https://github.com/ada', x: 'https://x.com/ada' } })])
      .when(by({ social_links: { x: null, blog: 'https://b.example/' } }))
      .then([updated({ social_links: { github: 'https://github.com/ada', blog: 'https://b.example/' } })]));

  it('refuses a contact that ends up without a number', () =>
    given([])
      .when(by({ emergency_contact: { name: 'Anne' } }))
      .thenRefuses('invalid-document'));

  it('refuses a link under a name that is none', () =>
    given([])
      .when(by({ social_links: { 'Not A Network': 'https://a.example/' } }))
      .thenRefuses('invalid-document'));
});

describe('deleting a profile', () => {
  const { given } = deciderSpec({ ...profile, decide: decideDeleteProfile });

  it('empties it', () =>
    given([updated({ name: 'Ada' })])
      .when({ ...owner, now })
      .then([deleted]));
  it('does nothing to an empty one', () => {
    given([])
      .when({ ...owner, now })
      .thenNothing();
    given([updated({ name: 'Ada' }), deleted])
      .when({ ...owner, now })
      .thenNothing();
    given([updated({ name: 'Ada' }), updated({ name: null })])
      .when({ ...owner, now })
      .thenNothing();
  });

  it('takes the badge of what was found true with it', () => {
    const verification_id = '018f0000-0000-7000-8000-0000000000e1';
    const verified = {
      type: 'ProfileVerified',
      data: { ...owner, verification_id, fields: ['name'], updated_at: now },
    };
    const lapsed = {
      type: 'ProfileVerificationLapsed',
      data: { ...owner, verification_id, changed: ['name'], updated_at: now },
    };
    given([updated({ name: 'Ada' }), verified])
      .when({ ...owner, now })
      .then([deleted, lapsed]);
  });
});

describe('a profile as shown', () => {
  const after = (...events: DomainEvent[]) =>
    shown(owner, events.reduce(profile.evolve, profile.initial), avatarLinks(Buffer.alloc(32)));

  it('has every field, null before the first write and after deletion', () => {
    const empty = after();
    expect(Object.values(empty).filter((value) => value !== null)).toEqual([owner.user_id, owner.account_id]);
    expect(after(updated({ name: 'Ada' }), deleted)).toEqual(empty);
    expect(after(updated({ name: 'Ada' }))).toEqual({ ...empty, name: 'Ada', updated_at: now });
  });

  it('shows nothing of a person whose key is gone', () => {
    const event = { type: 'ProfileUpdated', data: { ...owner, name: erased, bio: 'plain', updated_at: now } };
    expect(after(event)).toMatchObject({ name: null, bio: 'plain' });
  });

  it('refuses to fold what it does not know', () =>
    expect(() => after({ type: 'ProfileExploded', data: {} })).toThrow('ProfileExploded'));
});

const link = fc.constantFrom('https://a.example/', 'https://b.example/');
const fields: fc.Arbitrary<ProfileDocument> = fc.record(
  {
    name: fc.constantFrom('Ada', 'Grace', null),
    bio: fc.constantFrom('Analyst', null),
    date_of_birth: fc.constantFrom('1990-01-01', '2999-01-01', null),
    social_links: fc.oneof(fc.constant(null), fc.dictionary(fc.constantFrom('blog', 'shop'), link)),
  },
  { requiredKeys: [] },
);
const patches: fc.Arbitrary<ProfilePatch> = fc.record(
  {
    name: fc.constantFrom('Ada', null),
    social_links: fc.dictionary(fc.constantFrom('blog', 'shop'), fc.option(link)),
    emergency_contact: fc.constantFrom(null, { name: 'Anne' }, { name: 'Anne', phone_number: '+431234567' }),
  },
  { requiredKeys: [] },
);
const histories = fc.array(fc.oneof(fields.map(updated), fc.constant(deleted)), { maxLength: 6 });

laws(
  'replacing a profile',
  { ...profile, decide: decideReplaceProfile },
  { commands: fields.map((wanted) => ({ ...owner, profile: wanted, now })), histories },
);
laws(
  'patching a profile',
  { ...profile, decide: decidePatchProfile },
  { commands: patches.map((patch) => ({ ...owner, patch, now })), histories },
);
laws(
  'deleting a profile',
  { ...profile, decide: decideDeleteProfile },
  { commands: fc.constant({ ...owner, now }), histories },
);
