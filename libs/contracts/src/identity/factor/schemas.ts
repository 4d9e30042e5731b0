import { z } from 'zod';
import { AccountSelector } from '../account/schemas.js';
import { oneLine } from '../personal.js';
import { PasskeyAssertion, PasskeyRegistration, PasskeyRequestOptions } from './webauthn.js';

export { PasskeyAssertion, PasskeyCreationOptions, PasskeyRegistration, PasskeyRequestOptions } from './webauthn.js';

/** Six digits from an authenticator app. */
export const TotpCode = z.string().regex(/^[0-9]{6}$/, 'must be six digits');
/** A recovery code as people type it: case, spaces and hyphens do not matter. */
export const RecoveryCode = z.string().min(1).max(64);
export const Challenge = z.string().min(1).max(100);

/** Shown this once; each is good for one sign-in. */
const RecoveryCodeList = z.array(z.string());

export const Totp = z.object({ enabled: z.boolean(), enabled_at: z.iso.datetime().nullable() });
export const TotpEnrolment = z.object({
  /** In base32, for typing. */
  secret: z.string(),
  /** For a QR code. */
  otpauth_uri: z.string(),
  /** Until when it can be confirmed. */
  expires_at: z.iso.datetime(),
});
export const ConfirmTotpBody = z.strictObject({ code: TotpCode });
/** `recovery_codes`: with the first factor; null for who has some. */
export const ConfirmedTotp = Totp.extend({ recovery_codes: RecoveryCodeList.nullable() });

export const RecoveryCodesLeft = z.object({ left: z.number().int(), generated_at: z.iso.datetime().nullable() });
export const NewRecoveryCodes = RecoveryCodesLeft.extend({ recovery_codes: RecoveryCodeList });

export const Passkey = z.object({
  id: z.uuid(),
  name: z.string(),
  /** Whether copies of it may be on several devices. */
  synced: z.boolean(),
  created_at: z.iso.datetime(),
  last_used_at: z.iso.datetime().nullable(),
});
export const AddPasskeyBody = z.strictObject({ response: PasskeyRegistration, name: oneLine(100) });
/** `recovery_codes`: with the first factor; null for who has some. */
export const AddedPasskey = Passkey.extend({ recovery_codes: RecoveryCodeList.nullable() });

export const secondFactorMethods = ['totp', 'recovery_code', 'passkey'] as const;
export type SecondFactorMethod = (typeof secondFactorMethods)[number];

/** The password was right; `POST /auth/mfa/verify` wants a second factor with this challenge. */
export const MfaRequired = z.object({
  mfa_required: z.literal(true),
  challenge: z.string(),
  methods: z.array(z.enum(secondFactorMethods)),
  /** Seconds. */
  expires_in: z.number().int(),
  /** To ask for a passkey with; null when the person has none. */
  passkey_options: PasskeyRequestOptions.nullable(),
});

export const VerifyMfaBody = z.union([
  z.strictObject({ challenge: Challenge, code: TotpCode }),
  z.strictObject({ challenge: Challenge, recovery_code: RecoveryCode }),
  z.strictObject({ challenge: Challenge, passkey: PasskeyAssertion }),
]);

export const PasskeySignInBody = z.strictObject({
  response: PasskeyAssertion,
  /** As for `POST /auth/login`. */
  device_name: oneLine(100).optional(),
  device_id: z.uuid().optional(),
  account: AccountSelector.optional(),
});
