import type { Reactor } from '@annals/postgres';
import type { IdentityProviderPort } from '../idp/identity-provider.js';
import type { Identity } from '../identity.js';
import type { Mailer } from '../mail/mailer.js';
import { autoJoin } from './auto-join.js';
import { keepAccounts } from './keep-accounts.js';
import { keepAdmins } from './keep-admins.js';
import { enforceApiKeys } from './enforce-api-keys.js';
import { followElevations } from './follow-elevations.js';
import { enforceDeviceRemovals } from './enforce-device-removals.js';
import { enforceSessionEnds } from './enforce-session-ends.js';
import { followStandingsThere } from './follow-standings-there.js';
import { forgetAccounts } from './forget-accounts.js';
import { forgetPlaces } from './forget-places.js';
import { forgetFactors } from './forget-factors.js';
import { keepGrants } from './keep-grants.js';
import { keepProviders } from './keep-providers.js';
import { provisionHomes } from './provision-homes.js';
import { finishEmailChanges } from './finish-email-changes.js';
import { followPasswordChanges } from './follow-password-changes.js';
import { sendEmailChange } from './send-email-change.js';
import { completeAcceptances } from './complete-acceptances.js';
import { followStandings } from './follow-standings.js';
import { sendInvitations } from './send-invitations.js';
import { welcomeCreatedUsers } from './welcome-created-users.js';
import { sendNotices } from './send-notices.js';
import { sendPasswordReset } from './send-password-reset.js';
import { sendVerification } from './send-verification.js';

/** What the reactors of identity act on besides its stores. */
export interface Outside {
  mailer: Mailer;
  /** Where links in mails lead. */
  publicUrl: string;
  /** Where people sign in besides, when they are looked after there as well. */
  idp?: IdentityProviderPort | null;
}

/** Everything identity does because of an event. */
export const reactorsOf = (identity: Identity, { mailer, publicUrl, idp = null }: Outside): Reactor[] => [
  provisionHomes(identity),
  keepAccounts(identity),
  keepAdmins(identity),
  autoJoin(identity),
  welcomeCreatedUsers(identity),
  followStandings(identity),
  ...(idp ? [followStandingsThere(identity, idp)] : []),
  completeAcceptances(identity),
  sendInvitations(identity, mailer, publicUrl, idp),
  enforceSessionEnds(identity),
  enforceDeviceRemovals(identity),
  forgetPlaces(identity),
  forgetAccounts(identity),
  enforceApiKeys(identity),
  followElevations(identity),
  forgetFactors(identity),
  keepGrants(identity),
  keepProviders(identity),
  sendVerification(identity, mailer, publicUrl),
  followPasswordChanges(identity),
  finishEmailChanges(identity),
  sendPasswordReset(identity, mailer, publicUrl),
  sendEmailChange(identity, mailer, publicUrl),
  sendNotices(identity, mailer),
];
