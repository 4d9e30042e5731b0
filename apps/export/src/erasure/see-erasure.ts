import { hasPermission } from '@annals/auth';
import { type AnonymousContext, type CurrentUserContext, headers } from '@annals/contracts';
import type { EventStore } from '@annals/event-store';
import type { RouteRequest } from '@annals/service';
import { erasureUnknown } from './cancel-erasure.js';
import { erasureAggregate } from './erasure-aggregate.js';
import { accountThatSees, type KnownErasure } from './erasure.js';
import { isReceipt } from './receipt.js';

/** Officers of the account it is about, or that asked for it. */
export const isOfficer = (state: KnownErasure, context: CurrentUserContext): boolean =>
  context.account_id !== null &&
  context.account_id === accountThatSees(state) &&
  hasPermission(context, 'MANAGE_PRIVACY');

export interface SeenErasure {
  state: KnownErasure;
  revision: bigint | null;
  /** The account for which an officer sees it; null: its person does. */
  officerOf: string | null;
}

/**
 * An erasure for those who may see it: its person, officers, and whoever sends its receipt.
 * @throws Problem 404 `erasure-unknown` to everybody else, exactly as when there is none
 */
export async function seenErasure(
  store: EventStore,
  context: CurrentUserContext | AnonymousContext,
  erasureId: string,
  receipt: string | undefined,
): Promise<SeenErasure> {
  const { state, revision } = await store.load(erasureAggregate, erasureId);
  if (state.kind === 'none') throw erasureUnknown();
  const seen = { state, revision, officerOf: null };
  if (context.kind !== 'anonymous') {
    if (context.user_id === state.ids.user_id) return seen;
    if (isOfficer(state, context)) return { ...seen, officerOf: context.account_id };
  }
  if (receipt !== undefined && isReceipt(receipt, state.request.receipt_sha256)) return seen;
  throw erasureUnknown();
}

/** The receipt that came along, whatever it is worth. */
export function receiptFrom(raw: RouteRequest['raw']): string | undefined {
  const sent = raw.headers[headers.erasureReceipt];
  return typeof sent === 'string' ? sent : undefined;
}
