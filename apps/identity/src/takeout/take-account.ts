import type { TakenAccount } from '@annals/contracts';
import { mountInside } from '@annals/service';
import { accounts, isKnownAccount } from '../account/account.js';
import { accountNotFound } from '../account/get-account.js';
import type { Identity } from '../identity.js';
import { roleSets, shownRole } from '../role/role.js';
import { principals, takenAccount } from './asked-takeout.js';

/** An account that is taken out: its settings and policies. */
export const takeoutAccount = (identity: Identity) =>
  mountInside({ method: 'GET', path: '/internal/takeout/account', principals }, async ({ context, now }) => {
    const { accountId } = await takenAccount(identity, context, now);
    const { state } = await identity.store.load(accounts, accountId);
    if (!isKnownAccount(state)) throw accountNotFound();
    const { account_id, purpose: kind, name, slug, domain, policies, created_at } = state;
    const body: TakenAccount = { account_id, kind, name, slug, domain, policies, created_at };
    return { status: 200, body };
  });

/** The roles it defined, by id; a hundred at most. The built-in ones are the same everywhere. */
export const takeoutRoles = (identity: Identity) =>
  mountInside({ method: 'GET', path: '/internal/takeout/roles', principals }, async ({ context, now }) => {
    const { accountId } = await takenAccount(identity, context, now);
    const { state } = await identity.store.load(roleSets, accountId);
    const data = [...state.roles.values()].map(shownRole).sort((a, b) => (a.id < b.id ? -1 : 1));
    return { status: 200, body: { data } };
  });
