import { profileFieldNames, type TakenDocuments } from '@annals/contracts';
import type { Owner } from '../owner.js';
import type { Chosen } from '../preferences/preferences.js';
import { maySee } from '../privacy/visibility.js';
import type { ProfileState } from '../profile/profile.js';

/**
 * What a member keeps in an account, for whoever takes the account elsewhere. What they chose and nothing else, so that
 * it can be chosen again: without the defaults of house and account, and without what was only ever true here, as links to
 * a picture and the badge of a verification.
 * @param whole without it only what any member of the account sees: neither hidden fields nor choices, which tell of
 *   somebody's languages and needs
 */
export function takenDocuments(
  { user_id }: Owner,
  { fields, privacy }: ProfileState,
  { choices, updatedAt }: Chosen,
  whole: boolean,
): TakenDocuments {
  const seen = profileFieldNames.filter(
    (name) => fields[name] !== undefined && (whole || maySee('member', name, privacy)),
  );
  const profile = Object.fromEntries(seen.map((name) => [name, fields[name]]));
  const { updatedAt: decidedAt, ...decided } = privacy;
  return {
    user_id,
    profile: seen.length > 0 ? profile : null,
    privacy: whole && decidedAt !== null ? { ...decided } : null,
    preferences: whole && updatedAt !== null ? { ...choices } : null,
  };
}
