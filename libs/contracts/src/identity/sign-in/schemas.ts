import { z } from 'zod';
import { builtInRoles } from '../../permissions.js';
import { AccountSelector, Slug } from '../account/schemas.js';
import { Password } from '../credential/schemas.js';
import { MfaRequired, PasskeyAssertion, TotpCode } from '../factor/schemas.js';
import { EmailAddress, oneLine, PersonName } from '../personal.js';

export const RegisterBody = z.strictObject({ email: EmailAddress, password: Password, name: PersonName });

export const LoginBody = z.strictObject({
  email: EmailAddress,
  password: Password,
  /** What the person calls the device. */
  device_name: oneLine(100).optional(),
  /** The `device_id` of an earlier login on this device: keeps it one device, and open while others guess. */
  device_id: z.uuid().optional(),
  /** For which account the access token is; without it the home account, or the only membership. */
  account: AccountSelector.optional(),
});

export const AccountChoice = z.object({
  account_id: z.uuid(),
  slug: z.string(),
  name: z.string(),
  role: z.enum(builtInRoles),
});

export const AccessToken = z.object({
  access_token: z.string(),
  token_type: z.literal('Bearer'),
  /** Seconds. */
  expires_in: z.number().int(),
  session_id: z.uuid(),
  user_id: z.uuid(),
  /** Null when the person belongs to several accounts and has not named one: then each request names it. */
  account_id: z.uuid().nullable(),
});
export type AccessTokenBody = z.infer<typeof AccessToken>;

export const SignedIn = AccessToken.extend({
  refresh_token: z.string(),
  device_id: z.uuid(),
  accounts: z.array(AccountChoice),
});

/** Whoever has a second factor proves it before there is a token. */
export const LoginAnswer = z.union([SignedIn, MfaRequired]);
export type SignedInBody = z.infer<typeof SignedIn>;
export type LoginAnswerBody = z.infer<typeof LoginAnswer>;

export const RefreshBody = z.strictObject({
  refresh_token: z.string().min(1).max(300),
  /** Account of the new access token; the one that was signed in to unless said. It counts for this exchange alone. */
  account: AccountSelector.optional(),
});
export const Refreshed = AccessToken.extend({ refresh_token: z.string() });

export const SwitchAccountBody = z.union([z.strictObject({ account_id: z.uuid() }), z.strictObject({ slug: Slug })]);

/** One way to prove who one is, as good as signing in again. */
export const ReauthenticateBody = z.union([
  z.strictObject({ password: Password }),
  z.strictObject({ code: TotpCode }),
  /** For a challenge of `POST /auth/passkeys/options`. */
  z.strictObject({ passkey: PasskeyAssertion }),
]);
export const Reauthenticated = z.object({ authenticated_at: z.iso.datetime() });
