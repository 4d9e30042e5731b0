import { type EventStore } from '@annals/event-store';
import { type Pool, type SubjectKeyStore } from '@annals/postgres';
import { type KeptTable } from './kept.js';
import { type Terms } from './terms.js';

/** What a sweep and a preview of it stand on. */
export interface RetentionGround {
  pool: Pool;
  store: EventStore;
  keys: SubjectKeyStore;
  terms: Terms;
  /** Tables whose rows have a term. */
  kept: readonly KeptTable[];
}
