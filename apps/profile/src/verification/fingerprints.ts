import { createHash } from 'node:crypto';
import type { VerifiableField } from '@annals/contracts';
import { isErased } from '@annals/event-store';
import type { ProfileFields } from '../profile/profile.js';

/** SHA-256 of values, each with the verification's id, so that equal values of two requests do not look alike. */
export type Fingerprints = Readonly<Partial<Record<VerifiableField, string>>>;

/** Fingerprints of the fields that are set, of those that are asked about. */
export function fingerprintsOf(
  verificationId: string,
  asked: readonly VerifiableField[],
  fields: ProfileFields,
): Fingerprints {
  const known = asked.filter((field) => isSet(fields, field));
  return Object.fromEntries(known.map((field) => [field, fingerprint(verificationId, field, fields[field])]));
}

/** Fields that are not as they were when the fingerprints were taken: changed, removed, or erased. */
export function outdated(
  {
    verification_id,
    fields: asked,
    fingerprints,
  }: {
    verification_id: string;
    fields: readonly VerifiableField[];
    fingerprints: Fingerprints;
  },
  fields: ProfileFields,
): VerifiableField[] {
  const present = fingerprintsOf(verification_id, asked, fields);
  return asked.filter((field) => present[field] === undefined || present[field] !== fingerprints[field]);
}

export const isSet = (fields: ProfileFields, field: VerifiableField): boolean =>
  fields[field] !== undefined && !isErased(fields[field]);

const fingerprint = (verificationId: string, field: VerifiableField, value: unknown): string =>
  createHash('sha256')
    .update(JSON.stringify([verificationId, field, inOrder(value)]))
    .digest('base64url');

/** The order of links is no part of what they say. */
function inOrder(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
}
