import { withTenant, type Sql } from '@annals/postgres';
import type { Identity } from '../identity.js';
import { invitations, invitationStream, isOver, type Offer } from './invitation.js';

/** Invitations that an account may have open: enough for a department, too few to flood mail boxes with. */
export const mostOpen = 100;

type Slot = Pick<Offer, 'account_id' | 'invitation_id' | 'expires_at'>;

/**
 * Takes one of the account's places for open invitations, before the invitation is written. The rows are a list of
 * candidates; when they seem to be all taken, the invitations themselves say which are.
 * @returns false when all places are taken
 */
export async function reserveSlot(identity: Identity, slot: Slot, now: string): Promise<boolean> {
  if (await takeSlot(identity, slot, now)) return true;
  await freeEndedSlots(identity, slot.account_id, now);
  return takeSlot(identity, slot, now);
}

function takeSlot({ pool }: Identity, { account_id, invitation_id, expires_at }: Slot, now: string): Promise<boolean> {
  return withTenant(pool, { accountId: account_id }, async (tx) => {
    // One at a time per account: two that count at once would both find the last place.
    await tx.query("select pg_advisory_xact_lock(hashtext('identity.invitations'), hashtext($1))", [account_id]);
    await tx.query('delete from invitation_slots where account_id = $1 and expires_at <= $2', [account_id, now]);
    const { rows } = await tx.query<{ taken: string }>(
      'select count(*) as taken from invitation_slots where account_id = $1 and invitation_id <> $2',
      [account_id, invitation_id],
    );
    if (Number(rows[0]!.taken) >= mostOpen) return false;
    await tx.query(
      `insert into invitation_slots (account_id, invitation_id, expires_at) values ($1, $2, $3)
       on conflict (account_id, invitation_id)
       do update set expires_at = greatest(invitation_slots.expires_at, excluded.expires_at)`,
      [account_id, invitation_id, expires_at],
    );
    return true;
  });
}

async function freeEndedSlots({ pool, store }: Identity, accountId: string, now: string): Promise<void> {
  const { rows } = await withTenant(pool, { accountId }, (tx) =>
    tx.query<{ invitation_id: string }>('select invitation_id from invitation_slots where account_id = $1', [
      accountId,
    ]),
  );
  const states = await Promise.all(
    rows.map(async ({ invitation_id }) => {
      const { state } = await store.load(invitations, invitationStream(accountId, invitation_id));
      return { invitation_id, open: state.kind === 'open' && !isOver(state.offer, now) };
    }),
  );
  const ended = states.filter(({ open }) => !open).map(({ invitation_id }) => invitation_id);
  await withTenant(pool, { accountId }, (tx) => removeSlots(tx, accountId, ended));
}

/** Gives the place of an invitation back that is open no more. */
export const freeSlot = ({ pool }: Identity, accountId: string, invitationId: string): Promise<void> =>
  withTenant(pool, { accountId }, (tx) => removeSlots(tx, accountId, [invitationId]));

async function removeSlots(tx: Sql, accountId: string, invitationIds: readonly string[]): Promise<void> {
  await tx.query('delete from invitation_slots where account_id = $1 and invitation_id = any($2)', [
    accountId,
    invitationIds,
  ]);
}
