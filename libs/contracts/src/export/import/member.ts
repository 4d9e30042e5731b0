import { z } from 'zod';
import { builtInRoles } from '../../permissions.js';
import { EmailAddress, oneLine, PersonName, PictureUrl } from '../../identity/personal.js';
import { ProfileDocument } from '../../profile/document/schemas.js';
import { PrivacyDocument } from '../../profile/privacy/schemas.js';
import { PreferencesDocument } from '../../profile/preferences/schemas.js';

/** What somebody says about themselves in one account. */
export const ImportedSelf = z.strictObject({
  profile: ProfileDocument.nullish(),
  privacy: PrivacyDocument.nullish(),
  preferences: PreferencesDocument.nullish(),
});
export type ImportedSelf = z.infer<typeof ImportedSelf>;

/** One person of a file, in the form in which everything after the reading takes them. */
export const ImportedMember = ImportedSelf.extend({
  email: EmailAddress,
  name: PersonName,
  profile_image: PictureUrl.nullish(),
  /** The role of the membership; VIEWER unless said. */
  role: z.enum(builtInRoles).optional(),
  /** Roles of the account that the person has besides, by name: ids of another account would find none. */
  roles: z.array(oneLine(100)).max(50).optional(),
});
export type ImportedMember = z.infer<typeof ImportedMember>;
