import { createAccountRoute, Problem, type AccountCreated, type AccountEvent, type EventOf } from '@annals/contracts';
import { derivedId, type Outcome, unlessStale } from '@annals/event-store';
import { mount, written } from '@annals/service';
import { commandIn, type Asking } from '../asking.js';
import type { Identity } from '../identity.js';
import { admitFirst } from '../membership/grant-membership.js';
import { memberships } from '../membership/membership.js';
import { ownUser } from '../session/own-session.js';
import { accounts, isKnownAccount, type Account } from './account.js';
import type { Claimable } from './claim.js';
import { shownTo } from './list-accounts.js';
import { ownDomain } from './own-domain.js';
import { requireFreeForm, slugsFor } from './slug.js';
import { takeClaims } from './take-claims.js';

export type CreateAccount = EventOf<typeof AccountCreated>['data'];

/** An account as it is asked for, with the slugs that would do, the best first. */
export type OpenAccount = Omit<CreateAccount, 'slug'> & { slugs: readonly string[] };

/** @throws Problem 409 `account-abandoned` when its names were given to somebody else meanwhile */
export function createAccount(account: Account, command: CreateAccount): AccountEvent[] {
  if (account.kind === 'unknown') return [{ type: 'AccountCreated', data: command }];
  if (isKnownAccount(account)) return [];
  throw new Problem(409, 'account-abandoned', 'Creating this account took too long; please create it again');
}

/**
 * Opens an account under its names, which are claimed first. Every step can be repeated, so whoever finds it half done
 * can finish it.
 * @throws Problem 409 `name-taken`, `slug-taken`, `domain-taken`, `account-abandoned`
 */
export async function openAccount(
  identity: Identity,
  asking: Asking,
  { slugs, ...account }: OpenAccount,
): Promise<Outcome<Account>> {
  const { store } = identity;
  const { account_id, kind, name, domain } = account;
  const step = commandIn({ ...asking, commandId: derivedId(account_id, 'account') }, account_id);
  const before = await store.execute(accounts, account_id, { ...step, decide: () => [] });
  if (before.state.kind !== 'unknown') {
    createAccount(before.state, { ...account, slug: '' });
    return before;
  }
  const claimed = await takeClaims(identity, asking, { account_id, basis: null }, [
    slugs.map((value): Claimable => ({ kind: 'slug', value })),
    ...(kind === 'team' ? [[{ kind: 'name', value: name } as const]] : []),
    ...(domain === null ? [] : [[{ kind: 'domain', value: domain } as const]]),
  ]);
  const slug = claimed[0]!;
  const created = await unlessStale(() =>
    store.execute(accounts, account_id, {
      ...step,
      expectedRevision: null,
      decide: (state) => createAccount(state, { ...account, slug }),
    }),
  );
  return created ?? openAccount(identity, asking, { slugs, ...account });
}

/** Opens a team's account. Who opens it becomes its ADMIN, here or, after a crash, by a reactor. */
export const createAccountOfTeam = (identity: Identity) =>
  mount(createAccountRoute, async ({ body, ...asking }) => {
    const { name, slug } = body;
    const user_id = ownUser(asking.context);
    const account_id = derivedId(asking.commandId, 'account');
    if (slug !== undefined) requireFreeForm(slug);
    const domain = body.domain === undefined ? null : await ownDomain(identity, user_id, body.domain);
    const outcome = await openAccount(identity, asking, {
      ...{ account_id, name, domain, kind: 'team', slugs: slug === undefined ? slugsFor(name, account_id) : [slug] },
      ...{ created_by_id: user_id, created_at: asking.now },
    });
    const admitted = await admitFirst(identity, asking, { account_id, user_id, role: 'ADMIN' });
    const { tokens = [], ...reply } = written(outcome, (state) => shownTo(state, 'ADMIN'), 201);
    const { position } = admitted;
    return {
      ...reply,
      tokens: [...tokens, ...(position ? [{ category: memberships.category, position }] : [])],
      headers: { location: `/api/v1/accounts/${account_id}` },
    };
  });
