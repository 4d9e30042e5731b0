import type { AccountEvent } from '@annals/contracts';
import { unlessStale, uuidv7 } from '@annals/event-store';
import { askedByService } from '@annals/service';
import type { Asking } from '../asking.js';
import type { Identity } from '../identity.js';
import { accounts, isKnownAccount, type Account } from './account.js';
import { claimedBy, claimId, claims, releaseClaim, type Claimable, type ClaimKind } from './claim.js';

/** A creation or a change that has not come further within this time is taken for dead. */
const patienceMs = 60_000;

/**
 * Frees what an account has claimed and does not have: its change died before it was written, or before the former value
 * was given back.
 *
 * A claim names the revision its account must still have when it takes the value. Has the account moved on, the change
 * can never be written any more. Has it not, and enough time has passed, the account is moved on here, so that a change
 * which was only slow finds out and starts again. Last, the release is appended at the revision of the claim as it was
 * seen, so that a claim renewed meanwhile stays.
 */
export async function freeOrphanedClaim(identity: Identity, asking: Asking, wanted: Claimable): Promise<void> {
  const { store, secrets } = identity;
  const id = claimId(secrets, wanted);
  const { state: claim, revision: claimRevision } = await store.load(claims[wanted.kind], id);
  if (claim.kind === 'free') return;
  const { account_id, basis, claimed_at } = claim;
  const { state: account, revision } = await store.load(accounts, account_id);
  if (claimedBy(account).some((one) => one.kind === wanted.kind && claimId(secrets, one) === id)) return;
  const own = askedByService(asking, 'svc:identity', account_id);
  const step = { context: own.context, now: own.now, accountId: account_id };
  if ((revision ?? -1n) <= basis) {
    if (claimed_at !== null && Date.parse(asking.now) - Date.parse(claimed_at) < patienceMs) return;
    const movedOn = await unlessStale(() =>
      store.execute(accounts, account_id, {
        ...step,
        id: uuidv7(),
        expectedRevision: revision,
        decide: (state) => giveUpClaim(state, { account_id, claim: wanted.kind }),
      }),
    );
    if (!movedOn) return;
  }
  await unlessStale(() =>
    store.execute(claims[wanted.kind], id, {
      ...step,
      id: uuidv7(),
      expectedRevision: claimRevision,
      decide: (state) => releaseClaim(state, { ...wanted, account_id }),
    }),
  );
}

/** Lets no change come through any more that counted on the claim. */
export function giveUpClaim(account: Account, command: { account_id: string; claim: ClaimKind }): AccountEvent[] {
  if (isKnownAccount(account)) return [{ type: 'AccountClaimGivenUp', data: command }];
  return [{ type: 'AccountAbandoned', data: { account_id: command.account_id } }];
}
