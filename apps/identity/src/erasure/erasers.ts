import type { Eraser } from '@annals/service';
import { closeHome } from './close-home.js';
import { endElevations } from './end-elevations.js';
import { forgetMember, leaveAccounts } from './leave-accounts.js';
import { ofBoth, ofMembers, ofPeople, type ErasureParts } from './parts.js';
import { putOut } from './put-out.js';
import { releaseAddresses } from './release-addresses.js';
import { removeWaysIn } from './remove-factors.js';
import { removeMails } from './remove-mails.js';
import { revokeInvitations } from './revoke-invitations.js';
import { kindsOfRows, removeFailures, removeRows } from './rows.js';

/**
 * What identity removes of somebody besides its read models, in this order: the person is out before anything goes, rows go
 * when nothing is left that writes them, and addresses come last, because invitations are found by them. Each may be cut
 * off and done again.
 */
export const identityErasers = (parts: ErasureParts): Eraser[] => [
  ofPeople(parts, 'deleted_people', putOut),
  ofPeople(parts, 'open_elevations', endElevations),
  ofBoth(parts, 'memberships', leaveAccounts),
  ofMembers(parts, 'notes_of_members', forgetMember),
  ofPeople(parts, 'home_accounts', closeHome),
  ofBoth(parts, 'invitations', revokeInvitations),
  ...kindsOfRows.map((kind) => ofPeople(parts, kind, removeRows(kind))),
  // Later than their secrets, which a reactor on these facts removes as well and counts for nobody.
  ofPeople(parts, 'ways_to_sign_in', removeWaysIn),
  ofPeople(parts, 'counts_of_failures', removeFailures),
  ofPeople(parts, 'kept_mails', removeMails),
  ofPeople(parts, 'addresses', releaseAddresses),
];
