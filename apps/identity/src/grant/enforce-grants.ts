import type { Identity } from '../identity.js';
import { revoke } from '../session/revocations.js';

/**
 * Makes a change of what a member was given count at every gateway. Doing it again changes nothing.
 * @param sourceId id of the event
 * @param member id of the membership
 */
export const enforceGrants = (pool: Identity['pool'], sourceId: string, member: string, at: string): Promise<void> =>
  revoke(pool, sourceId, { kind: 'membership', key: member }, at);
