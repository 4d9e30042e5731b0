import { Problem, type SignInStep } from '@annals/contracts';
import type { MyAccount } from '../account/choose-account.js';
import { signInAccount, type SignedIn } from '../account/sign-in-account.js';
import type { Asking } from '../asking.js';
import type { Identity } from '../identity.js';
import { recordFailedSignIn } from './failed-sign-in.js';

/**
 * The account that somebody enters who has proved who they are; that it does not let them in is recorded first.
 * @throws Problem as {@link signInAccount} does
 */
export async function enterOnRecord(
  identity: Identity,
  asking: Asking,
  { step, wanted, ...signedIn }: SignedIn & { step: SignInStep; wanted: string | undefined },
): Promise<MyAccount | null> {
  try {
    return await signInAccount(identity, signedIn, wanted, asking.now);
  } catch (error) {
    if (error instanceof Problem && error.status === 403) {
      const { user_id } = signedIn.user;
      await recordFailedSignIn(identity, asking, { step, reason: 'no-account-access', user_id, wanted });
    }
    throw error;
  }
}
