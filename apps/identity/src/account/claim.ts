import { Problem, type ClaimEvent } from '@annals/contracts';
import type { Aggregate } from '@annals/event-store';
import type { Secrets } from '../secrets.js';
import { isKnownAccount, type Account } from './account.js';
import { sameName } from './account-name.js';

/** What no two accounts share. The name counts only for accounts of teams. */
export type ClaimKind = 'name' | 'slug' | 'domain';

/** Something wanted for an account alone. */
export interface Claimable {
  kind: ClaimKind;
  value: string;
}

/** Who has a name, slug or domain. The stream is named by its keyed hash, so its next revision decides. */
export type Claim =
  | { kind: 'free' }
  | {
      kind: 'claimed';
      account_id: string;
      /** Null for claims from before this was kept. */
      claimed_at: string | null;
      /** Revision of the account the claim was made for; -1 for one that was to be created. */
      basis: bigint;
    };

export function evolveClaim(_claim: Claim, event: ClaimEvent): Claim {
  switch (event.type) {
    case 'SlugClaimed':
    case 'AccountNameClaimed':
    case 'DomainClaimed': {
      const { account_id, claimed_at, account_revision } = event.data;
      return { kind: 'claimed', account_id, claimed_at, basis: BigInt(account_revision ?? -1) };
    }
    case 'SlugReleased':
    case 'AccountNameReleased':
    case 'DomainReleased':
      return { kind: 'free' };
  }
}

const aggregate = (category: string): Aggregate<Claim> => ({
  ...{ category, initial: { kind: 'free' }, evolve: evolveClaim },
});

export const claims: Record<ClaimKind, Aggregate<Claim>> = {
  name: aggregate('accountname'),
  slug: aggregate('slug'),
  domain: aggregate('domain'),
};

/** Id of the stream that decides about it. */
export function claimId(secrets: Secrets, { kind, value }: Claimable): string {
  if (kind === 'name') return secrets.accountNameHash(sameName(value));
  return kind === 'slug' ? secrets.slugHash(value) : secrets.domainHash(value);
}

/** What an account has for itself alone. */
export function claimedBy(account: Account): Claimable[] {
  if (!isKnownAccount(account)) return [];
  const { name, slug, domain, purpose } = account;
  return [
    ...(purpose === 'team' ? [{ kind: 'name' as const, value: name }] : []),
    { kind: 'slug', value: slug },
    ...(domain === null ? [] : [{ kind: 'domain' as const, value: domain }]),
  ];
}

const taken: Record<ClaimKind, string> = {
  name: 'Another account has this name',
  slug: 'Another account has this name in addresses',
  domain: 'Another account has this domain',
};

export interface TakeClaim extends Claimable {
  account_id: string;
  /** Revision of the account the claim is for, null when it is to be created. */
  basis: bigint | null;
  now: string;
}

/**
 * Takes something for an account. Taken again by the same account it is written again: who is about to release it sees
 * by the revision that somebody counts on it anew.
 * @throws Problem 409 `name-taken`, `slug-taken` or `domain-taken`
 */
export function takeClaim(claim: Claim, { kind, value, account_id, basis, now }: TakeClaim): ClaimEvent[] {
  if (claim.kind === 'claimed' && claim.account_id !== account_id) {
    throw new Problem(409, `${kind}-taken`, taken[kind]);
  }
  const data = { account_id, claimed_at: now, account_revision: basis === null ? null : Number(basis) };
  switch (kind) {
    case 'name':
      return [{ type: 'AccountNameClaimed', data: { name: value, ...data } }];
    case 'slug':
      return [{ type: 'SlugClaimed', data: { slug: value, ...data } }];
    case 'domain':
      return [{ type: 'DomainClaimed', data: { domain: value, ...data } }];
  }
}

/** Gives something back. What another account has is left alone. */
export function releaseClaim(
  claim: Claim,
  { kind, value, account_id }: Claimable & { account_id: string },
): ClaimEvent[] {
  if (claim.kind === 'free' || claim.account_id !== account_id) return [];
  switch (kind) {
    case 'name':
      return [{ type: 'AccountNameReleased', data: { name: value, account_id } }];
    case 'slug':
      return [{ type: 'SlugReleased', data: { slug: value, account_id } }];
    case 'domain':
      return [{ type: 'DomainReleased', data: { domain: value, account_id } }];
  }
}
