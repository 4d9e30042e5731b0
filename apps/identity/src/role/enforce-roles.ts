import type { Identity } from '../identity.js';
import { revoke } from '../session/revocations.js';

/**
 * Makes a change of an account's roles count at every gateway. Whoever has the role is known to a read model alone, which
 * may be behind, so all contexts of the account are derived again. Doing it again changes nothing.
 * @param sourceId id of the event
 */
export const enforceRoles = (pool: Identity['pool'], sourceId: string, accountId: string, at: string): Promise<void> =>
  revoke(pool, sourceId, { kind: 'account', key: accountId }, at);
