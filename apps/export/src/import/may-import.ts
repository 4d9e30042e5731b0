import { requireAccess, requireRecentProof } from '@annals/auth';
import {
  Problem,
  type CurrentUserContext,
  type ImportKind,
  type Permission,
  type RequestContext,
} from '@annals/contracts';
import type { EventStore } from '@annals/event-store';
import type { InternalClient } from '@annals/service';
import { askerIn, type Asker } from '../account/asker.js';
import { rightsNow } from '../account/rights-now.js';
import type { Subject } from '../section/section.js';
import { loadStanding } from '../standing/standing.js';
import { importAggregate, importId } from './import-aggregate.js';

/** What it takes to bring people into an account: the right to import, and that to make people known as `createUser` does. */
const needed: readonly Permission[] = ['IMPORT_ACCOUNT_DATA', 'MANAGE_ALL_USERS'];

/**
 * Whether the caller may ask for it. About themselves everybody may.
 * @throws Problem 403 `permission-required`, `reauthentication-required`
 */
export function requireMayImport(kind: ImportKind, context: CurrentUserContext): void {
  if (kind === 'self') return;
  requireAccess({ kind: 'all_permissions', permissions: needed }, context, {});
  requireRecentProof(context);
}

/** Whoever asked for an import, as the request itself says it. */
export const importerOf = (store: EventStore, subject: Subject, id: string): Promise<Asker> =>
  askerIn(store, `${importAggregate.category}-${importId(subject.accountId, id)}`, subject);

/**
 * Rights are looked up when the work is done, not when it was asked for.
 * @throws Problem 403 `permission-required`, `membership-ended`, `user-inactive`, `account-closed`, `elevation-ended`,
 *   `processing-restricted`
 */
export async function requireMayStill(
  { store, identity }: { store: EventStore; identity: Pick<InternalClient, 'call'> },
  kind: ImportKind,
  asker: Asker,
  request: RequestContext,
): Promise<void> {
  const held = await rightsNow(identity, asker, needed, request);
  const missing = kind === 'self' ? undefined : needed.find((permission) => !held.includes(permission));
  if (missing) throw new Problem(403, 'permission-required', `Missing permission: ${missing}`);
  const { restricted } = await loadStanding(store, asker.accountId, asker.userId);
  if (restricted && kind === 'self') {
    throw new Problem(403, 'processing-restricted', 'What is held about you here is kept as it is at present');
  }
}
