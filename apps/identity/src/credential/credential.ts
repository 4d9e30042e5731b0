import type { CredentialEvent } from '@annals/contracts';
import type { Aggregate } from '@annals/event-store';

/** What the log knows about how a person proves who they are. The secrets themselves are not in it. */
export interface Credential {
  /** Thresholds already told, by row of failures. */
  throttled: Readonly<Record<string, number>>;
  has_password: boolean;
  /** Whether signing in with a password needs a code besides. */
  totp: boolean;
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
  }
}

/** How many ways there are to sign in: the last one cannot be taken away. */
export const waysToSignIn = ({ has_password, passkeys, providers }: Credential): number =>
  (has_password ? 1 : 0) + passkeys.length + providers.length;

export const credentials: Aggregate<Credential> = {
  category: 'credential',
  initial: {
    ...{ throttled: {}, has_password: false, totp: false },
    ...{ passkeys: [], providers: [], reset_requests: [], open_resets: [] },
  },
  evolve: evolveCredential,
};
