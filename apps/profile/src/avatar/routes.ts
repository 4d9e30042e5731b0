import type { MountedRoute } from '@annals/service';
import type { ProfileParts } from '../routes.js';
import { getMemberAvatar } from './get-member-avatar.js';
import { getSignedAvatar } from './get-signed-avatar.js';
import { removeAvatar } from './remove-avatar.js';
import { takeOwnAvatar } from './take-avatar.js';
import { uploadAvatar } from './upload-avatar.js';

export const avatarServiceRoutes = (parts: ProfileParts): MountedRoute[] => [
  uploadAvatar(parts),
  removeAvatar(parts),
  getMemberAvatar(parts),
  getSignedAvatar(parts),
  takeOwnAvatar(parts),
];
