import { projectionSchema, tenantQuery, type Pool } from '@annals/postgres';
import { derivedId } from '@annals/event-store';
import { erasingAs, type ErasingAsk } from '@annals/service';
import { accounts, type Account } from '../account/account.js';
import { claimedBy, claimId, claims, releaseClaim } from '../account/claim.js';
import { apiKeys, apiKeyStream } from '../apikey/api-key.js';
import { enforceKeyChange } from '../apikey/keep-credentials.js';
import { revokeApiKey } from '../apikey/revoke-api-key.js';
import type { Identity } from '../identity.js';
import { revoke } from '../session/revocations.js';
import { isKnown, users } from '../user/user.js';
import { apiKeyList } from '../views/api-keys/api-keys.js';
import { people } from '../views/people/people.js';
import { counted, type Removal } from './parts.js';

/**
 * Closes the home of a person where nobody else lives, gives back what it was called, and revokes its keys. Keys of other
 * accounts stay with these: a key acts for the account that owns it and never for who made it, and its machines would stop
 * for what somebody decided about themselves. Whoever runs the account sees who made it, and can rotate it.
 */
export const closeHome: Removal = async ({ identity }, erasure) => {
  const { store, pool } = identity;
  const { user_id } = erasure.holder;
  const { state: user } = await store.load(users, user_id);
  const accountId = isKnown(user) ? user.home_account_id : null;
  if (accountId === null || (await hasOthers(pool, accountId, user_id))) return 0;
  const step = (name: string) => erasingAs(erasure, `${name} ${accountId}`);
  const { commandId: id, context, now } = step('close home');
  const closed = await store.execute(accounts, accountId, {
    ...{ id, context, now, accountId },
    decide: (account) => closeHomeOf(account, user_id),
  });
  if (closed.state.kind !== 'closed') return 0;
  await revoke(pool, closed.events[0]?.id ?? id, { kind: 'account', key: accountId }, now);
  await giveClaimsBack(identity, step('give back'), closed.state);
  await revokeKeys(identity, step('revoke key'), accountId);
  return counted(closed.kind === 'appended');
};

/** A home is closed with its person alone, and only as theirs. */
export const closeHomeOf = (account: Account, userId: string) =>
  account.kind === 'open' && account.purpose === 'home' && account.created_by_id === userId
    ? [{ type: 'AccountClosed' as const, data: { account_id: account.account_id } }]
    : [];

async function hasOthers(pool: Pool, accountId: string, userId: string): Promise<boolean> {
  const text = `select from ${projectionSchema(people)}.members where account_id = $1 and user_id <> $2 limit 1`;
  return (await tenantQuery(pool, { accountId }, text, [accountId, userId])).rowCount === 1;
}

async function giveClaimsBack({ store, secrets }: Identity, asking: ErasingAsk, account: Account): Promise<void> {
  if (account.kind !== 'closed') return;
  const { account_id } = account;
  const { context, now } = asking;
  for (const claim of claimedBy(account)) {
    await store.execute(claims[claim.kind], claimId(secrets, claim), {
      ...{ id: derivedId(asking.commandId, claim.kind), context, now, accountId: account_id },
      decide: (state) => releaseClaim(state, { ...claim, account_id }),
    });
  }
}

async function revokeKeys(identity: Identity, asking: ErasingAsk, accountId: string): Promise<void> {
  const { store, pool } = identity;
  const { context, now } = asking;
  const { rows } = await tenantQuery<{ key_id: string }>(
    pool,
    { accountId },
    `select key_id from ${projectionSchema(apiKeyList)}.api_keys where account_id = $1 order by key_id`,
    [accountId],
  );
  for (const { key_id } of rows) {
    const key = { account_id: accountId, key_id };
    const id = derivedId(asking.commandId, key_id);
    const { events } = await store.execute(apiKeys, apiKeyStream(key), {
      ...{ id, context, now, accountId },
      decide: revokeApiKey,
    });
    await enforceKeyChange(identity, events[0]?.id ?? id, key, now);
  }
}
