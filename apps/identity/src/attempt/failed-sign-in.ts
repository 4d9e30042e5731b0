import { nobodyKnown, type EventOf, type SignInFailed } from '@annals/contracts';
import { accountStream, uuidv7 } from '@annals/event-store';
import { createFlood, type Flood } from '@annals/service';
import type { Asking } from '../asking.js';
import { attempts, dayOf } from '../conduct/record-conduct.js';
import type { Identity } from '../identity.js';
import { users } from '../user/user.js';
import { accountOfAttempt } from './account-of-attempt.js';

type Failure = EventOf<typeof SignInFailed>['data'];

/** A sign-in that failed, as it is written: the same id is written once. */
export interface FailedSignIn {
  id: string;
  data: Failure;
  context: Asking['context'];
  now: string;
}

export interface SignInAttempt extends Pick<Failure, 'step' | 'reason'> {
  /** Whose sign-in it would have been; null when nobody is known. */
  user_id: string | null;
  address_hash?: string;
  /** The account that was asked for, by id or slug. */
  wanted?: string | undefined;
}

/**
 * Guessing cannot fill a log: failures on one address beyond a few a minute are told as a number, and those of one
 * client that goes through many addresses as one number for all that nobody has.
 */
export const signInFlood = ({ capacity, now }: { capacity?: number; now?: () => number } = {}): Flood<FailedSignIn> =>
  createFlood<FailedSignIn>({
    keyOf: ({ data }) => `${data.address_hash ?? data.user_id} ${data.step} ${data.account_id}`,
    sourceOf: ({ context }) => context.ip_address ?? 'unknown',
    counted: (latest, times) => ({ ...latest, id: uuidv7(), data: { ...latest.data, times } }),
    blurred: (failed) => (failed.data.user_id ? failed : { ...failed, data: { ...failed.data, address_hash: null } }),
    ...{ same: 5, source: 30, capacity, now },
  });

/**
 * Records that somebody could not sign in, durably before they are told. Does the same reads and the same write whoever
 * it was, and whether anybody has the address.
 */
export async function recordFailedSignIn(identity: Identity, asking: Asking, attempt: SignInAttempt): Promise<void> {
  const { step, reason, user_id, address_hash = null, wanted } = attempt;
  const { context, now } = asking;
  const { state: user } = await identity.store.load(users, user_id ?? nobodyKnown);
  const account_id = await accountOfAttempt(identity, user, wanted);
  const failed: FailedSignIn = {
    ...{ id: uuidv7(), context, now },
    data: {
      ...{ account_id, user_id, subject_id: user_id ?? nobodyKnown, step, reason, address_hash },
      ...{ ip_address: context.ip_address, times: 1 },
    },
  };
  const admitted = identity.signInFlood.admit(failed);
  if (admitted === 'lost') identity.onSignInLost(1);
  if (admitted === 'now') await writeFailedSignIn(identity, failed);
}

/** Writes it into the stream of the day, of the person or of the address. */
export async function writeFailedSignIn({ store }: Pick<Identity, 'store'>, failed: FailedSignIn): Promise<void> {
  const { id, data, context, now } = failed;
  const who = data.user_id ?? data.address_hash ?? 'nobody';
  await store.execute(attempts, `${accountStream(data.account_id ?? 'none', who)}_${dayOf(now)}`, {
    ...{ id, context, now },
    accountId: data.account_id,
    decide: () => [{ type: 'SignInFailed', data }],
  });
}
