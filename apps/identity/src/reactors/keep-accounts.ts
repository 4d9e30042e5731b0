import type { AccountEvent } from '@annals/contracts';
import type { StoredEvent } from '@annals/event-store';
import type { Reactor } from '@annals/postgres';
import { actingOn, isOverdue } from '@annals/service';
import { accounts, evolveAccount, type Account } from '../account/account.js';
import { claimedBy } from '../account/claim.js';
import { freeOrphanedClaim } from '../account/orphaned-claim.js';
import type { Identity } from '../identity.js';
import { admitFirst } from '../membership/grant-membership.js';
import { membershipId, memberships } from '../membership/membership.js';
import { revoke } from '../session/revocations.js';

/** Repeats what follows the facts of an account, for the case that a command fell in between. */
export function keepAccounts(identity: Identity): Reactor {
  const { store, pool } = identity;
  const accountOf = (event: StoredEvent) => String(event.data.account_id);

  const mark = (event: StoredEvent) =>
    revoke(pool, event.id, { kind: 'account', key: accountOf(event) }, event.metadata.occurred_at);

  /** Who created an account is its first member. Homes have a reactor of their own. */
  async function admitCreator(event: StoredEvent): Promise<void> {
    if (event.data.kind === 'home') return;
    const account_id = accountOf(event);
    const user_id = String(event.data.created_by_id);
    const isDone = async () => (await store.load(memberships, membershipId(account_id, user_id))).state.kind !== 'none';
    if (!(await isOverdue(event, isDone))) return;
    await admitFirst(identity, actingOn(event, 'svc:identity', user_id), { account_id, user_id, role: 'ADMIN' });
  }

  /** Gives back what the account was called before the event. */
  async function freeFormerClaims(event: StoredEvent): Promise<void> {
    const asking = actingOn(event, 'svc:identity', null);
    for (const claim of claimedBy(await before(event))) await freeOrphanedClaim(identity, asking, claim);
  }

  async function before({ stream, revision }: StoredEvent): Promise<Account> {
    let account = accounts.initial;
    for await (const { type, data } of store.readStream(stream, { to: revision - 1n })) {
      account = evolveAccount(account, { type, data } as AccountEvent);
    }
    return account;
  }

  return {
    name: 'keep-accounts',
    categories: [accounts.category],
    on: {
      AccountCreated: admitCreator,
      async AccountUpdated(event) {
        await mark(event);
        await freeFormerClaims(event);
      },
      AccountPoliciesChanged: mark,
      AccountClosed: mark,
    },
  };
}
