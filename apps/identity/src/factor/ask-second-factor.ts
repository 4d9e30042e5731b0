import type { SecondFactorMethod } from '@annals/contracts';
import type { Reply } from '@annals/service';
import type { Asking } from '../asking.js';
import type { Credential } from '../credential/credential.js';
import type { Identity } from '../identity.js';
import { requestOptions } from './ceremony.js';
import { issueChallenge, type PendingSignIn } from './challenges.js';
import { passkeysOf } from './passkeys.js';

/** What a person can prove themselves with besides the password. Recovery codes stand in for a factor that is lost. */
const methodsOf = ({ totp, passkeys, recovery_codes }: Credential): SecondFactorMethod[] => [
  ...(totp ? (['totp'] as const) : []),
  ...(passkeys.length > 0 ? (['passkey'] as const) : []),
  ...(recovery_codes && recovery_codes.used.length < recovery_codes.count ? (['recovery_code'] as const) : []),
];

/** Answers a right password of somebody with a second factor: a challenge instead of tokens. */
export async function askSecondFactor(
  identity: Identity,
  asking: Asking,
  credential: Credential,
  { user_id, sign_in }: { user_id: string; sign_in: PendingSignIn },
): Promise<Reply> {
  const [{ challenge, expires_at }, passkeys] = await Promise.all([
    issueChallenge(identity, asking, { purpose: 'second-factor', user_id, sign_in }),
    passkeysOf(identity.pool, user_id, credential.passkeys),
  ]);
  return {
    status: 200,
    body: {
      mfa_required: true,
      challenge,
      methods: methodsOf(credential),
      expires_in: Math.max(0, Math.floor((expires_at.getTime() - Date.parse(asking.now)) / 1000)),
      passkey_options: passkeys.length > 0 ? requestOptions(identity.relyingParty, challenge, passkeys) : null,
    },
  };
}
