import type { CredentialEvent } from '@annals/contracts';
import type { Aggregate } from '@annals/event-store';

/** What the log knows about a person's password: only that it was guessed at. */
export interface Credential {
  /** Thresholds already told, by row of failures. */
  throttled: Readonly<Record<string, number>>;
}

export function evolveCredential(_credential: Credential, event: CredentialEvent): Credential {
  // Only the last row matters: an earlier one ended with a right password.
  return { throttled: { [event.data.row_id]: event.data.failures } };
}

export const credentials: Aggregate<Credential> = {
  category: 'credential',
  initial: { throttled: {} },
  evolve: evolveCredential,
};
