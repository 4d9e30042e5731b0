import type { Reactor } from '@annals/postgres';
import type { Identity } from '../identity.js';
import type { Mailer } from '../mail/mailer.js';
import { enforceApiKeys } from './enforce-api-keys.js';
import { followElevations } from './follow-elevations.js';
import { enforceSessionEnds } from './enforce-session-ends.js';
import { keepGrants } from './keep-grants.js';
import { keepProviders } from './keep-providers.js';
import { provisionHomes } from './provision-homes.js';
import { sendNotices } from './send-notices.js';
import { sendVerification } from './send-verification.js';

/** What the reactors of identity act on besides its stores. */
export interface Outside {
  mailer: Mailer;
  /** Where links in mails lead. */
  publicUrl: string;
}

/** Everything identity does because of an event. */
export const reactorsOf = (identity: Identity, { mailer, publicUrl }: Outside): Reactor[] => [
  provisionHomes(identity),
  enforceSessionEnds(identity),
  enforceApiKeys(identity),
  followElevations(identity),
  keepGrants(identity),
  keepProviders(identity),
  sendVerification(identity, mailer, publicUrl),
  sendNotices(identity, mailer),
];
