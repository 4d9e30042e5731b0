import type { EventStore, SubjectKeys } from '@annals/event-store';
import type { Objects } from '@annals/objects';
import { type Pool } from '@annals/postgres';
import { basePath, type MountedRoute, type PositionWaiter, type SealedTexts } from '@annals/service';
import type { AvatarLinks } from './avatar/avatar-links.js';
import type { PictureCleaner } from './avatar/picture/picture-cleaner.js';
import { avatarServiceRoutes } from './avatar/routes.js';
import { consentRoutesOf } from './consent/routes.js';
import { type FreshFolds } from './folds/fresh-folds.js';
import type { HandleId } from './handle/handle-id.js';
import { listPreferencesHistory, listProfileHistory } from './history/list-history.js';
import { preferencesServiceRoutes } from './preferences/routes.js';
import { importProfiles } from './imports/import-profiles.js';
import { getMemberProfile } from './privacy/get-member-profile.js';
import { getPrivacy } from './privacy/get-privacy.js';
import { getPublicProfile } from './privacy/get-public-profile.js';
import { listDisclosures } from './privacy/list-disclosures.js';
import { patchPrivacy } from './privacy/patch-privacy.js';
import { previewProfile } from './privacy/preview-profile.js';
import { replacePrivacy } from './privacy/replace-privacy.js';
import { deleteProfile } from './profile/delete-profile.js';
import { getProfile } from './profile/get-profile.js';
import { patchProfile } from './profile/patch-profile.js';
import { replaceProfile } from './profile/replace-profile.js';
import { takeoutRoutes } from './takeout/take-documents.js';
import { unlessRestricted } from './restriction/restriction.js';
import { verificationRoutesOf } from './verification/routes.js';
import { getDirectory } from './views/directory/get-directory.js';

export interface ProfileParts {
  store: EventStore;
  folds: FreshFolds;
  pool: Pool;
  /** The running projection of members. */
  members: PositionWaiter;
  objects: Objects;
  /** Makes pictures of our own of what people send. */
  pictures: PictureCleaner;
  avatarLinks: AvatarLinks;
  handleId: HandleId;
  keys: SubjectKeys;
  /** The running projection of verifications. */
  verifications: PositionWaiter;
  /** The running projection of the directory. */
  directory: PositionWaiter;
  /** For cursors. */
  texts: SealedTexts;
}

/** Everything this service answers. */
export const profileServiceRoutes = (parts: ProfileParts): MountedRoute[] => {
  const { folds } = parts;
  const routes = [
    getProfile(parts),
    replaceProfile(parts),
    patchProfile(parts),
    deleteProfile(parts),
    listProfileHistory(parts),
    listPreferencesHistory(parts),
    getMemberProfile(parts),
    getPublicProfile(parts),
    previewProfile(parts),
    listDisclosures(parts),
    getPrivacy(folds),
    replacePrivacy(folds),
    patchPrivacy(folds),
    ...consentRoutesOf(parts),
    ...avatarServiceRoutes(parts),
    ...preferencesServiceRoutes(parts),
    ...verificationRoutesOf(parts),
    getDirectory(parts),
    ...takeoutRoutes(parts),
    importProfiles(parts),
  ];
  return routes.map((route) => (changesOwn(route) ? unlessRestricted(folds, route) : route));
};

/** Decisions about who sees what and about consent: they only ever tell us to do less or more, so they stay open. */
const decisions: readonly string[] = ['replacePrivacy', 'patchPrivacy', 'replaceConsents'];

/** Whether people change by it what is held about them; every new route of that form is one as well. */
const changesOwn = ({ id, method, path }: MountedRoute): boolean =>
  method !== 'GET' && path.startsWith(`${basePath}/users/`) && !decisions.includes(id);
