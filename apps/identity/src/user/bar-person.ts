import { Problem, type SessionEndReason } from '@annals/contracts';
import { derivedId } from '@annals/event-store';
import { resignAdmin, seatAdmin } from '../account/admins.js';
import type { Asking } from '../asking.js';
import type { Identity } from '../identity.js';
import { membershipId, memberships } from '../membership/membership.js';
import { endEverySession } from '../session/end-every-session.js';
import { revoke } from '../session/revocations.js';
import { accountsToAsk } from '../views/user-accounts/user-accounts.js';
import { mayAct, users } from './user.js';

/** Why a person is out everywhere. */
export type ShutOut = Extract<SessionEndReason, 'user-disabled' | 'user-deleted'>;

/** A step of its own in the asker's name; a reactor that repeats it comes without the request's body. */
const step = ({ commandId, context, now }: Asking, name: string): Asking => ({
  ...{ commandId: derivedId(commandId, name), context, now },
});

/**
 * Takes a person from those who run accounts, before they are put out. The account that looks after them keeps somebody;
 * elsewhere the last one keeps the seat, or nobody could ever be put out who opened an account of their own.
 * @throws Problem 409 `last-admin`
 */
export async function stepDown(identity: Identity, asking: Asking, accountId: string, userId: string): Promise<void> {
  await resignAdmin(identity, step(asking, `resign ${accountId}`), accountId, userId);
  await stepDownElsewhere(identity, asking, accountId, userId);
}

/** @param except the account where it was done already */
export async function stepDownElsewhere(
  identity: Identity,
  asking: Asking,
  except: string | null,
  userId: string,
): Promise<void> {
  const others = (await accountsToAsk(identity.pool, userId)).filter((id) => id !== except);
  for (const accountId of others) {
    try {
      await resignAdmin(identity, step(asking, `resign ${accountId}`), accountId, userId);
    } catch (error) {
      if (!(error instanceof Problem && error.code === 'last-admin')) throw error;
    }
  }
}

/** Seats a person again who may act again, wherever their membership says ADMIN. */
export async function seatEverywhere(
  identity: Identity,
  asking: Asking,
  accountId: string | null,
  userId: string,
): Promise<void> {
  const { store, pool } = identity;
  const { state: user } = await store.load(users, userId);
  if (!mayAct(user)) return;
  const accountIds = new Set([...(accountId === null ? [] : [accountId]), ...(await accountsToAsk(pool, userId))]);
  for (const id of accountIds) {
    const { state: membership } = await store.load(memberships, membershipId(id, userId));
    const runs = membership.kind === 'member' && membership.role === 'ADMIN';
    if (runs) await seatAdmin(identity, step(asking, `seat ${id}`), id, userId);
  }
}

/**
 * Puts a person out everywhere before it resolves: the marker that gateways compare on each request, then every session.
 * Doing it again changes nothing.
 * @param sourceId id of the fact that it follows from
 * @param startedBy sessions that began later stay
 */
export async function shutOut(
  identity: Identity,
  asking: Asking,
  userId: string,
  reason: ShutOut,
  sourceId: string,
  startedBy?: string,
): Promise<void> {
  await revoke(identity.pool, sourceId, { kind: 'user', key: userId }, startedBy ?? asking.now);
  await endEverySession(identity, step(asking, 'end sessions'), userId, reason, null, startedBy);
}
