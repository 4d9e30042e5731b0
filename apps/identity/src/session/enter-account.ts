import type { MyAccount } from '../account/choose-account.js';
import { enforcePolicies } from '../account/enforce-policies.js';
import type { Identity } from '../identity.js';
import type { Asker } from './who-asks.js';

/**
 * Whether an account lets a member in like this: by its policies. Every way into an account leads through here.
 * @throws Problem as {@link enforcePolicies} does
 */
export async function enterAccount(_identity: Identity, account: MyAccount, asker: Asker, now: string): Promise<void> {
  enforcePolicies(account, asker, now);
}
