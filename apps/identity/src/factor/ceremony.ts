import type {
  PasskeyAssertion,
  PasskeyCreationOptions,
  PasskeyRegistration,
  PasskeyRequestOptions,
} from '@annals/contracts';
import {
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
  type AuthenticationResponseJSON,
  type RegistrationResponseJSON,
} from '@simplewebauthn/server';
import type { StoredPasskey } from './passkeys.js';
import type { RelyingParty } from './relying-party.js';
import { challengeSeconds } from './challenges.js';

/** EdDSA, ES256 and RS256 in COSE's numbers: what today's authenticators have. */
const algorithms = [-8, -7, -257];
const timeout = challengeSeconds * 1000;

const descriptor = ({ credential_id, transports }: StoredPasskey) => ({
  ...{ id: credential_id, type: 'public-key' as const, transports },
});

/** Names a person to authenticators: opaque, the same for ever (WebAuthn §5.4.3). */
export const userHandle = (userId: string) => Buffer.from(userId.replaceAll('-', ''), 'hex').toString('base64url');

/** Asks for a passkey that can be found without a name and that checks who holds it. */
export const creationOptions = (
  { id }: RelyingParty,
  challenge: string,
  person: { user_id: string; email: string; name: string },
  known: readonly StoredPasskey[],
): PasskeyCreationOptions => ({
  ...{ challenge, timeout, attestation: 'none' },
  rp: { id, name: 'Annals' },
  user: { id: userHandle(person.user_id), name: person.email, displayName: person.name },
  pubKeyCredParams: algorithms.map((alg) => ({ type: 'public-key', alg })),
  excludeCredentials: known.map(descriptor),
  authenticatorSelection: { residentKey: 'required', requireResidentKey: true, userVerification: 'required' },
});

/** @param known passkeys of the person; none where nobody is known yet */
export const requestOptions = (
  { id }: RelyingParty,
  challenge: string,
  known: readonly StoredPasskey[],
): PasskeyRequestOptions => ({
  ...{ challenge, rpId: id, timeout, userVerification: 'required' },
  allowCredentials: known.map(descriptor),
});

/** The challenge that an authenticator says it signed; empty for what is no client data. Proves nothing by itself. */
export function claimedChallenge({ response }: PasskeyRegistration | PasskeyAssertion): string {
  try {
    const data: unknown = JSON.parse(Buffer.from(response.clientDataJSON, 'base64url').toString());
    return typeof data === 'object' && data && 'challenge' in data ? String(data.challenge) : '';
  } catch {
    return '';
  }
}

export type NewPasskey = Pick<StoredPasskey, 'credential_id' | 'public_key' | 'sign_count' | 'synced' | 'transports'>;

/** The passkey of a registration (WebAuthn §7.1), or null when anything about it is not as asked for. */
export async function verifyRegistration(
  { id, origins }: RelyingParty,
  challenge: string,
  registration: PasskeyRegistration,
): Promise<NewPasskey | null> {
  const verified = await soundly(() =>
    verifyRegistrationResponse({
      response: asRegistered(registration),
      ...{ expectedChallenge: challenge, expectedOrigin: [...origins], expectedRPID: id },
      ...{ requireUserVerification: true, supportedAlgorithmIDs: algorithms },
    }),
  );
  if (!verified?.verified) return null;
  const { credential, credentialDeviceType } = verified.registrationInfo;
  return {
    credential_id: credential.id,
    public_key: Buffer.from(credential.publicKey),
    sign_count: credential.counter,
    synced: credentialDeviceType === 'multiDevice',
    transports: registration.response.transports ?? [],
  };
}

/** What a passkey counts after its signature was found right (WebAuthn §7.2), or null when anything is not as asked for. */
export async function verifyAssertion(
  { id, origins }: RelyingParty,
  challenge: string,
  passkey: StoredPasskey,
  assertion: PasskeyAssertion,
): Promise<{ count: number } | null> {
  const verified = await soundly(() =>
    verifyAuthenticationResponse({
      response: asAsserted(assertion),
      ...{ expectedChallenge: challenge, expectedOrigin: [...origins], expectedRPID: id },
      requireUserVerification: true,
      // The count is compared where it is stored, so that of parallel uses only one can be the next.
      credential: { id: passkey.credential_id, publicKey: new Uint8Array(passkey.public_key), counter: 0 },
    }),
  );
  return verified?.verified ? { count: verified.authenticationInfo.newCounter } : null;
}

/** No extension is asked for, so what a browser says about any is left out, and so is what says nothing. */
const asRegistered = ({ id, rawId, type, response }: PasskeyRegistration): RegistrationResponseJSON => ({
  ...{ id, rawId, type, clientExtensionResults: {} },
  response: { clientDataJSON: response.clientDataJSON, attestationObject: response.attestationObject },
});

const asAsserted = ({ id, rawId, type, response }: PasskeyAssertion): AuthenticationResponseJSON => {
  const { clientDataJSON, authenticatorData, signature } = response;
  return {
    ...{ id, rawId, type, clientExtensionResults: {} },
    response: { clientDataJSON, authenticatorData, signature },
  };
};

/** The library throws for whatever is wrong with a response; here all of that is one answer. */
const soundly = <T>(verify: () => Promise<T>): Promise<T | null> => verify().catch(() => null);
