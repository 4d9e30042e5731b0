import { isDeepStrictEqual } from 'node:util';
import { Problem, updateAccountRoute, type AccountEvent } from '@annals/contracts';
import { type Outcome, unlessStale } from '@annals/event-store';
import { mount, written } from '@annals/service';
import { commandIn, type Asking } from '../asking.js';
import type { Identity } from '../identity.js';
import type { Secrets } from '../secrets.js';
import { revoke } from '../session/revocations.js';
import { accounts, evolveAccount, requireTeam, type Account, type AccountDetails } from './account.js';
import { claimedBy, claimId, type Claimable } from './claim.js';
import { accountNotFound } from './get-account.js';
import { shownTo } from './list-accounts.js';
import { freeOrphanedClaim } from './orphaned-claim.js';
import { requireOwnToGive } from './own-to-give.js';
import { takeClaims } from './take-claims.js';

export type UpdateAccount = Pick<AccountDetails, 'name' | 'slug' | 'domain' | 'policies'>;

/** @throws Problem 404 `account-not-found`, 409 `home-account` */
export function updateAccount(account: Account, { name, slug, domain, policies }: UpdateAccount): AccountEvent[] {
  if (account.kind !== 'open') throw accountNotFound();
  if (domain !== null) requireTeam(account, 'A home account has no domain');
  const { account_id } = account;
  const isCalledSo = account.name === name && account.slug === slug && account.domain === domain;
  return [
    ...(isCalledSo ? [] : [{ type: 'AccountUpdated' as const, data: { account_id, name, slug, domain } }]),
    ...(isDeepStrictEqual(account.policies, policies)
      ? []
      : [{ type: 'AccountPoliciesChanged' as const, data: { account_id, policies } }]),
  ];
}

/** How often a change that was overtaken by another one of the account starts again. */
const tries = 4;

/**
 * Changes an account: claims what it is to be called, writes the change at the very revision that the claims are for,
 * and gives back what it is not called any more.
 * @param wantedOf what the request wants of the account as it is, or a refusal
 * @throws Problem 409 `name-taken`, `slug-taken`, `domain-taken`, `account-busy`; 412 when the client named a revision
 */
async function changeAccount(
  identity: Identity,
  asking: Asking & { ifMatch?: bigint },
  account_id: string,
  wantedOf: (account: Account) => Promise<UpdateAccount>,
): Promise<Outcome<Account>> {
  const { store, secrets } = identity;
  const { ifMatch } = asking;
  const command = commandIn(asking, account_id);
  for (let attempt = 0; attempt < tries; attempt++) {
    const seen = ifMatch === undefined ? {} : { expectedRevision: ifMatch };
    // Decides nothing: tells whether this very request was carried out before, and how the account is.
    const before = await store.execute(accounts, account_id, { ...command, ...seen, decide: () => [] });
    if (before.kind === 'replayed') return before;
    const { state: account, revision: basis } = before;
    const wanted = await wantedOf(account);
    const after = updateAccount(account, wanted).reduce(evolveAccount, account);
    await takeClaims(identity, asking, { account_id, basis }, claimsGained(secrets, account, after).map(alone));
    const outcome = await unlessStale(() =>
      store.execute(accounts, account_id, {
        ...{ ...command, expectedRevision: basis },
        decide: (state) => updateAccount(state, wanted),
      }),
    );
    const changed = [...claimsGained(secrets, account, after), ...claimsGained(secrets, after, account)];
    for (const claim of changed) await freeOrphanedClaim(identity, asking, claim);
    if (outcome) return outcome;
  }
  throw new Problem(409, 'account-busy', 'Others changed the account again and again meanwhile', {
    headers: { 'retry-after': '1' },
  });
}

const alone = (claim: Claimable) => [claim];

/** What the account has alone after a change, and had not before. */
function claimsGained(secrets: Secrets, before: Account, after: Account): Claimable[] {
  const had = new Set(claimedBy(before).map((claim) => `${claim.kind} ${claimId(secrets, claim)}`));
  return claimedBy(after).filter((claim) => !had.has(`${claim.kind} ${claimId(secrets, claim)}`));
}

/** Changes names, domain and policies; effective at every gateway before it answers. */
export const updateAccountOfMembers = (identity: Identity) =>
  mount(updateAccountRoute, async ({ body, params, ...asking }) => {
    const { context, now, commandId } = asking;
    if (params.id !== context.account_id) throw accountNotFound();
    const outcome = await changeAccount(identity, asking, params.id, (account) =>
      requireOwnToGive(identity, context, account, body),
    );
    const sourceId = outcome.events[0]?.id ?? commandId;
    if (outcome.kind !== 'unchanged') await revoke(identity.pool, sourceId, { kind: 'account', key: params.id }, now);
    return written(outcome, (state) => shownTo(state, context.role));
  });
