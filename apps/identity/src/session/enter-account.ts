import type { MyAccount } from '../account/choose-account.js';
import { enforcePolicies } from '../account/enforce-policies.js';
import type { Identity } from '../identity.js';
import { limitSessions } from './limit-sessions.js';
import type { Asker } from './asker.js';

/**
 * Whether an account lets a member in like this: by its policies. Every way into an account leads through here.
 * @throws Problem as {@link enforcePolicies} and {@link limitSessions} do
 */
export async function enterAccount(identity: Identity, account: MyAccount, asker: Asker, now: string): Promise<void> {
  enforcePolicies(account, asker, now);
  await limitSessions(identity, account, asker, now);
}
