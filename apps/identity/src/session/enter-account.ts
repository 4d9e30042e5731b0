import type { MyAccount } from '../account/choose-account.js';
import type { Identity } from '../identity.js';
import type { Asker } from './who-asks.js';

/** Whether an account lets a member in like this: by its policies. Every way into an account leads through here. */
export async function enterAccount(
  _identity: Identity,
  _account: MyAccount,
  _asker: Asker,
  _now: string,
): Promise<void> {}
