import { derivedId } from '@annals/event-store';
import type { Asking } from '../asking.js';
import type { Identity } from '../identity.js';
import { isKnown, mayAct, users, type KnownUser } from '../user/user.js';
import { emails, type Email } from './email.js';
import { releaseEmail, type ReleaseEmail } from './release-email.js';

type Claim = Extract<Email, { kind: 'claimed' }>;

/**
 * Whether a claim is what its holder is reached at, or is going to be: their change to it is under way. A claim from
 * before the change was asked for is a left-over of an earlier time.
 */
export function isInUse(user: KnownUser, claim: Claim, email_hash: string): boolean {
  if (user.email_hash === email_hash) return true;
  const change = mayAct(user) ? user.email_change : null;
  return change?.email_hash === email_hash && claim.claimed_at >= change.requested_at;
}

/** Frees an address that a known person holds and does not use. The claim is read first, so a later one is never freed. */
export async function dropUnusedClaim(
  { store }: Identity,
  { context, now }: Asking,
  { email_hash, user_id, reason }: Omit<ReleaseEmail, 'claimed_at'>,
): Promise<void> {
  const { state: claim } = await store.load(emails, email_hash);
  const { state: user } = await store.load(users, user_id);
  if (claim.kind === 'free' || claim.user_id !== user_id || !isKnown(user) || isInUse(user, claim, email_hash)) return;
  const { claimed_at } = claim;
  await store.execute(emails, email_hash, {
    ...{ id: derivedId(user_id, `release ${claimed_at}`), context, now, accountId: user.home_account_id },
    decide: (state) => releaseEmail(state, { email_hash, user_id, reason, claimed_at }),
  });
}
