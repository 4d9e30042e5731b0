import {
  Disclosure,
  type ExportPart,
  exportParts,
  OwnVerification,
  Preferences,
  Privacy,
  PrivacyChoices,
  Profile,
  profileEvents,
} from '@annals/contracts';
import type { z } from 'zod';

/** Parts of an export that are answers of the profile service, as it declares them. */
const answers: Partial<Record<ExportPart, z.ZodObject>> = {
  ...{ profile: Profile, privacy: Privacy, verification: OwnVerification },
  ...{ disclosures: Disclosure, preferences: Preferences },
};

/** Where each personal field of an event stands in the export: its part, and its name there where that is another one. */
const places: Readonly<Record<string, readonly [ExportPart, string?]>> = {
  ProfileUpdated: ['profile'],
  HandleClaimed: ['profile'],
  ProfileDisclosed: ['disclosures'],
  PreferencesUpdated: ['preferences'],
  // The picture itself says more than its fingerprint.
  AvatarChanged: ['avatar', 'base64'],
  AvatarRemoved: ['avatar', 'base64'],
  'VerificationRequested.evidence': ['verification'],
  // Of values that the profile holds: they are told apart by them, and by nobody read back.
  'VerificationRequested.fingerprints': ['verification', 'outdated'],
  VerificationApproved: ['verification'],
  VerificationRejected: ['verification'],
  VerificationDocumentAdded: ['verification', 'documents'],
  VerificationDocumentRemoved: ['verification', 'documents'],
  // Who looked, at what: in the person's own log.
  VerificationReviewed: ['activity', 'data'],
};

const personal = profileEvents.flatMap(({ type, personalFields }) =>
  [...new Set(personalFields.map(({ path }) => path[0]!))].map((field) => [type, field] as const),
);

describe('a person’s export', () => {
  it.each(personal)('has a place for %s.%s', (type, field) => {
    const [part, name = field] = places[`${type}.${field}`] ?? places[type] ?? [];
    expect(exportParts).toContain(part);
    const schema = answers[part!];
    if (schema) expect(Object.keys(schema.shape)).toContain(name);
  });

  it('has every decision about privacy', () => {
    expect(Object.keys(Privacy.shape)).toEqual(expect.arrayContaining(Object.keys(PrivacyChoices.shape)));
  });
});
