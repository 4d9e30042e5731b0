import type { Reactor } from '@annals/postgres';
import type { Identity } from '../identity.js';
import { enforceEnd } from '../session/end-session-now.js';

/** Writes again what follows the end of a session, for the case that the command fell between the fact and its marker. */
export const enforceSessionEnds = ({ pool }: Identity): Reactor => ({
  name: 'enforce-session-ends',
  categories: ['session'],
  on: {
    SessionEnded: (event) => enforceEnd(pool, event.id, String(event.data.session_id), event.metadata.occurred_at),
  },
});
