import type { GrantCache, TokenIssuer } from '@annals/auth';
import type { EventStore } from '@annals/event-store';
import type { Pool } from '@annals/postgres';
import type { Flood } from '@annals/service';
import type { FailedSignIn } from './attempt/failed-sign-in.js';
import type { Hasher } from './credential/hashing.js';
import type { RelyingParty } from './factor/relying-party.js';
import type { Places } from './place/places.js';
import type { ExternalIssuers } from './provider/external-issuers.js';
import type { Secrets } from './secrets.js';

export interface Settings {
  /** Idle time after which a session is over, in seconds. */
  sessionTimeout: number;
  /** Longest life of a session, in seconds. */
  sessionLifetime: number;
  /** The same for people with more than ordinary rights. */
  elevatedSessionTimeout: number;
  elevatedSessionLifetime: number;
  /** Wrong passwords that cost nothing. */
  maxLoginAttempts: number;
  passwordMinLength: number;
  requireVerifiedEmail: boolean;
}

/** What the behaviours work with; put together once, in main. */
export interface Identity {
  store: EventStore;
  pool: Pool;
  secrets: Secrets;
  hasher: Hasher;
  tokens: TokenIssuer;
  /** What roles give, remembered per account and version of its roles. */
  grantCache: GrantCache;
  /** Where addresses are. */
  places: Places;
  /** Whom else this system trusts to say who somebody is. */
  issuers: ExternalIssuers;
  /** Where passkeys belong. */
  relyingParty: RelyingParty;
  /** Failed sign-ins of the last minute: beyond a few, they are told as a number. */
  signInFlood: Flood<FailedSignIn>;
  /** Told of failed sign-ins that no log will show. */
  onSignInLost: (count: number) => void;
  settings: Settings;
}
