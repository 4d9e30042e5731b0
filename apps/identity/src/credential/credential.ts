import { Problem, type CredentialEvent } from '@annals/contracts';
import type { Aggregate } from '@annals/event-store';

/** What the log knows about how a person proves who they are. The secrets themselves are not in it. */
export interface Credential {
  /** Thresholds already told, by row of failures. */
  throttled: Readonly<Record<string, number>>;
  has_password: boolean;
  /** The seed whose codes signing in with the password needs besides. */
  totp: { factor_id: string; enabled_at: string } | null;
  /** The present set of recovery codes, and which of them are used up, by their place. */
  recovery_codes: { set_id: string; generated_at: string; count: number; used: readonly number[] } | null;
  /** Ids of passkeys. */
  passkeys: readonly string[];
  /** Keyed hashes of linked identities of other issuers. */
  providers: readonly string[];
  /** The latest requests for a new password, oldest first: as many as a day allows. */
  reset_requests: readonly { request_id: string; requested_at: string }[];
  /** Requests whose mail still gives a new password. */
  open_resets: readonly string[];
}

const rememberedRequests = 5;

export function evolveCredential(credential: Credential, event: CredentialEvent): Credential {
  switch (event.type) {
    case 'SignInThrottled':
      // Only the last row matters: an earlier one ended with a right password.
      return { ...credential, throttled: { [event.data.row_id]: event.data.failures } };
    case 'ProviderAdded': {
      const others = credential.providers.filter((hash) => hash !== event.data.provider_hash);
      return { ...credential, providers: [...others, event.data.provider_hash] };
    }
    case 'ProviderRemoved':
      return { ...credential, providers: credential.providers.filter((hash) => hash !== event.data.provider_hash) };
    case 'PasswordSet':
      return { ...credential, has_password: true };
    case 'PasswordResetRequested': {
      const { request_id, requested_at } = event.data;
      const reset_requests = [...credential.reset_requests, { request_id, requested_at }].slice(-rememberedRequests);
      return {
        ...credential,
        reset_requests,
        open_resets: [...credential.open_resets, request_id].slice(-rememberedRequests),
      };
    }
    case 'PasswordChanged':
      // A mail that was on its way belongs to the password before.
      return { ...credential, has_password: true, open_resets: [] };
    case 'TotpEnabled': {
      const { factor_id, enabled_at } = event.data;
      return { ...credential, totp: { factor_id, enabled_at } };
    }
    case 'TotpDisabled':
      return { ...credential, totp: null };
    case 'RecoveryCodesGenerated': {
      const { set_id, generated_at, count } = event.data;
      return { ...credential, recovery_codes: { set_id, generated_at, count, used: [] } };
    }
    case 'RecoveryCodeUsed': {
      const codes = credential.recovery_codes;
      return { ...credential, recovery_codes: codes && { ...codes, used: [...codes.used, event.data.place] } };
    }
    case 'RecoveryCodesRemoved':
      return { ...credential, recovery_codes: null };
    case 'PasskeyAdded':
      return { ...credential, passkeys: [...credential.passkeys, event.data.passkey_id] };
    case 'PasskeyRemoved':
      return { ...credential, passkeys: credential.passkeys.filter((id) => id !== event.data.passkey_id) };
    case 'SignCountRegressed':
      return credential;
  }
}

/** Whether a password alone does not sign in. */
export const hasSecondFactor = ({ totp, passkeys }: Credential): boolean => totp !== null || passkeys.length > 0;

/** How many ways there are to sign in. */
export const waysToSignIn = ({ has_password, passkeys, providers }: Credential): number =>
  (has_password ? 1 : 0) + passkeys.length + providers.length;

/**
 * Holds to a way of signing in that is left when some are taken away.
 * @throws Problem 409 `last-way-to-sign-in`
 */
export function requireAnotherWay(credential: Credential, taken: number): void {
  if (waysToSignIn(credential) <= taken) {
    throw new Problem(409, 'last-way-to-sign-in', 'This is the last way to sign in: add another one first');
  }
}

export const credentials: Aggregate<Credential> = {
  category: 'credential',
  initial: {
    ...{ throttled: {}, has_password: false, totp: null, recovery_codes: null },
    ...{ passkeys: [], providers: [], reset_requests: [], open_resets: [] },
  },
  evolve: evolveCredential,
};
