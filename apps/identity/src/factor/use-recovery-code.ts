import type { CredentialEvent } from '@annals/contracts';
import { derivedId } from '@annals/event-store';
import { askedBy, type Asking } from '../asking.js';
import { credentials, type Credential } from '../credential/credential.js';
import type { Identity } from '../identity.js';
import { placeOf, storedCodes } from './recovery-codes.js';

export interface UseRecoveryCode {
  user_id: string;
  set_id: string;
  place: number;
}

/** Each code is good once: nothing happens for a spent one and for one of an earlier set. */
export function useRecoveryCode({ recovery_codes }: Credential, command: UseRecoveryCode): CredentialEvent[] {
  if (recovery_codes?.set_id !== command.set_id || recovery_codes.used.includes(command.place)) return [];
  const left = recovery_codes.count - recovery_codes.used.length - 1;
  return [{ type: 'RecoveryCodeUsed', data: { ...command, left } }];
}

/** Whether a recovery code is one of the person's and was not used before; it is used up by this. */
export async function proveRecoveryCode(
  identity: Identity,
  asking: Asking,
  { user_id, credential, code }: { user_id: string; credential: Credential; code: string },
): Promise<boolean> {
  const set_id = credential.recovery_codes?.set_id;
  const codes = set_id === undefined ? null : await storedCodes(identity, set_id);
  const place = codes && placeOf(codes, code);
  if (set_id === undefined || place === null) return false;
  const { context, now } = askedBy(asking, { user_id, session_id: null, account_id: null });
  const outcome = await identity.store.execute(credentials, user_id, {
    id: derivedId(asking.commandId, 'recovery-code'),
    ...(asking.commandHash === undefined ? {} : { hash: asking.commandHash }),
    ...{ context, now, accountId: null },
    decide: (state) => useRecoveryCode(state, { user_id, set_id, place }),
  });
  return outcome.kind !== 'unchanged';
}
