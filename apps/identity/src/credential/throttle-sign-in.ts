import type { CredentialEvent } from '@annals/contracts';
import { derivedId } from '@annals/event-store';
import type { Asking } from '../asking.js';
import type { Identity } from '../identity.js';
import { throttleThresholds } from './attempts.js';
import { credentials, type Credential } from './credential.js';
import type { FailureCount } from './failures.js';

export interface ThrottleSignIn extends FailureCount {
  user_id: string;
}

/** Says once per threshold that somebody keeps guessing, so guessing cannot fill a person's log. */
export function throttleSignIn(credential: Credential, command: ThrottleSignIn): CredentialEvent[] {
  const told = credential.throttled[command.row_id] ?? 0;
  return told >= command.failures ? [] : [{ type: 'SignInThrottled', data: command }];
}

/** Executes {@link throttleSignIn} when the count reached a threshold. */
export async function noteFailures(
  { store, settings }: Identity,
  asking: Asking,
  command: ThrottleSignIn,
): Promise<void> {
  if (!throttleThresholds(settings.maxLoginAttempts).includes(command.failures)) return;
  await store.execute(credentials, command.user_id, {
    id: derivedId(command.row_id, `throttled-${command.failures}`),
    context: asking.context,
    now: asking.now,
    accountId: null,
    decide: (state) => throttleSignIn(state, command),
  });
}
