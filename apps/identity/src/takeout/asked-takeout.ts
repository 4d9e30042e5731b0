import type { AnonymousContext, CurrentUserContext } from '@annals/contracts';
import { requireRight } from '../authority/look-up-rights.js';
import type { Identity } from '../identity.js';
import { accountOf } from '../session/own-session.js';

/** Who may take an account's data out: the service that makes the document, and no other. */
export const principals = ['svc:export'];

/**
 * The account that is taken out, by somebody who may do so now. Asked of every page, so a right that is lost in the middle
 * ends the export with the page at hand.
 * @throws Problem 403 as `requireRight`
 */
export async function takenAccount(
  identity: Identity,
  context: CurrentUserContext | AnonymousContext,
  now: string,
): Promise<{ accountId: string; userId: string | null }> {
  // Only a principal passes the door of these routes, so somebody is known.
  const asked = context as CurrentUserContext;
  await requireRight(identity, asked, 'EXPORT_ACCOUNT_DATA', now);
  return { accountId: accountOf(asked), userId: asked.user_id };
}

/** A page whose rows were read one beyond its end, which tells whether there is another. */
export function pageOf<R>(
  rows: readonly R[],
  limit: number,
  idOf: (row: R) => string,
): { page: R[]; next: string | null } {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { page, next: rows.length > limit && last ? idOf(last) : null };
}
