import type { CredentialEvent } from '@annals/contracts';
import type { Outcome } from '@annals/event-store';
import type { Credential } from '../credential/credential.js';
import { recoveryCodeCount } from './recovery-codes.js';

interface NewCodes {
  user_id: string;
  set_id: string;
  now: string;
}

/** Another set of recovery codes takes the place of the present one. */
export const newCodes = ({ recovery_codes }: Credential, { user_id, set_id, now }: NewCodes): CredentialEvent[] => [
  {
    type: 'RecoveryCodesGenerated',
    data: {
      ...{ user_id, set_id, count: recoveryCodeCount, generated_at: now },
      replaced_set_id: recovery_codes?.set_id ?? null,
    },
  },
];

/** Whoever adds a first factor gets recovery codes with it, so that losing it does not lock them out. */
export const firstCodes = (credential: Credential, command: NewCodes): CredentialEvent[] =>
  credential.recovery_codes ? [] : newCodes(credential, command);

/** Without any factor there is nothing to recover from. */
export const lastCodes = ({ recovery_codes }: Credential, user_id: string): CredentialEvent[] =>
  recovery_codes ? [{ type: 'RecoveryCodesRemoved', data: { user_id, set_id: recovery_codes.set_id } }] : [];

/** The codes, when the command brought them into force; null otherwise. */
export const newCodesOf = (outcome: Outcome<Credential>, codes: string[]): string[] | null =>
  outcome.events.some(({ type }) => type === 'RecoveryCodesGenerated') ? codes : null;
