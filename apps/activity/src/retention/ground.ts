import { type EventStore } from '@annals/event-store';
import { type Pool, type SubjectKeyStore } from '@annals/postgres';
import { type KeptTable, type Pseudonym } from './kept.js';
import { type Terms } from './terms.js';

/** What a sweep and a preview of it stand on. */
export interface RetentionGround {
  pool: Pool;
  store: EventStore;
  keys: SubjectKeyStore;
  terms: Terms;
  /** Tables whose rows have a term. */
  kept: readonly KeptTable[];
  /** As whom people stand in what is counted. */
  pseudonym: Pseudonym;
}

/** What of an account is due, and who is held at each step of the way. */
export interface DueOfAccount {
  until: Date;
  held: () => Promise<string[]>;
  lost: AbortSignal;
}
