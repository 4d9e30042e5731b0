import { availableParallelism } from 'node:os';
import { createGrantCache, createTokenIssuer } from '@annals/auth';
import { openStores, processMetrics, type Boot, type Close, type Logger, type Stores } from '@annals/service';
import { signInFlood } from './attempt/failed-sign-in.js';
import type { IdentityConfig } from './config.js';
import { createHasher } from './credential/hashing.js';
import { relyingParty } from './factor/relying-party.js';
import type { Identity } from './identity.js';
import { migrations } from './migrations.js';
import { openPlaces } from './place/places.js';
import { deriveSecrets } from './secrets.js';
import { externalIssuers } from './provider/external-issuers.js';
import { openKeyRing } from './token/key-ring.js';
import { recordSigningKeys } from './token/record-keys.js';
import { denials } from './views/denials/denials.js';
import { grantList } from './views/grants/grants.js';
import { apiKeyList } from './views/api-keys/api-keys.js';
import { invitationList } from './views/invitations/invitations.js';
import { people } from './views/people/people.js';
import { sessionList } from './views/sessions/sessions.js';
import { userAccounts } from './views/user-accounts/user-accounts.js';

const dayMs = 24 * 60 * 60 * 1000;

/** Read models of identity. */
export const projections = [people, invitationList, sessionList, userAccounts, grantList, denials, apiKeyList];

/** Waits for the stores and puts identity together. */
export async function openIdentity(
  boot: Boot,
  config: IdentityConfig,
  logger: Logger,
): Promise<{ identity: Identity; stores: Stores; close: Close[] }> {
  const stores = await openStores(boot, { service: 'identity', config, migrations, projections, logger });
  const { pool, store } = stores;
  const secrets = deriveSecrets(config.KEY_ENCRYPTION_KEY, config.LOOKUP_SECRET);
  const ring = await openKeyRing({
    pool,
    secrets,
    period: config.SIGNING_KEY_DAYS * dayMs,
    record: (keys) => recordSigningKeys({ store }, keys, new Date().toISOString()),
    onError: (error) => logger.error({ error }, 'the signing keys could not be renewed'),
  });
  const cores = availableParallelism();
  const lost = processMetrics.counter('annals_sign_in_failures_lost_total', 'Failed sign-ins that no log will show');
  const identity: Identity = {
    ...{ store, pool, secrets },
    hasher: createHasher({ concurrency: cores, queue: cores * 8, niceness: 5 }),
    grantCache: createGrantCache(),
    tokens: createTokenIssuer({ issuer: config.PUBLIC_URL, keys: () => ring.keys() }),
    places: openPlaces(config.GEOIP_DATABASE),
    issuers: externalIssuers(config.JWT_ISSUERS),
    ...{ signInFlood: signInFlood(), onSignInLost: (count) => lost.add(count) },
    relyingParty: relyingParty(config.PUBLIC_URL, config.PASSKEY_ORIGINS),
    settings: {
      sessionTimeout: config.USER_SESSION_TIMEOUT,
      sessionLifetime: config.SESSION_LIFETIME,
      elevatedSessionTimeout: config.ELEVATED_SESSION_TIMEOUT,
      elevatedSessionLifetime: config.ELEVATED_SESSION_LIFETIME,
      maxLoginAttempts: config.MAX_LOGIN_ATTEMPTS,
      passwordMinLength: config.PASSWORD_MIN_LENGTH,
      requireVerifiedEmail: config.REQUIRE_VERIFIED_EMAIL,
    },
  };
  return { identity, stores, close: [async () => ring.stop(), ...stores.close] };
}
