import { z } from 'zod';

/** Bytes as WebAuthn's JSON forms carry them; long enough for any authenticator without attestation. */
const bytes = z
  .string()
  .max(20_000)
  .regex(/^[A-Za-z0-9_-]+$/, 'must be base64url');
const identifier = bytes.max(1400);
const attachment = z.enum(['platform', 'cross-platform']).nullable().optional();
const transports = z.array(z.string().max(40)).max(10);

const credential = {
  id: identifier,
  rawId: identifier,
  type: z.literal('public-key'),
  authenticatorAttachment: attachment,
  /** No extension is asked for, so nothing in it counts. */
  clientExtensionResults: z.record(z.string(), z.unknown()),
};

/** `PublicKeyCredential.toJSON()` of a new passkey (WebAuthn §5.1, RegistrationResponseJSON). */
export const PasskeyRegistration = z.strictObject({
  ...credential,
  response: z.strictObject({
    clientDataJSON: bytes,
    attestationObject: bytes,
    authenticatorData: bytes.optional(),
    transports: transports.optional(),
    publicKeyAlgorithm: z.number().int().optional(),
    publicKey: bytes.optional(),
  }),
});
export type PasskeyRegistration = z.output<typeof PasskeyRegistration>;

/** `PublicKeyCredential.toJSON()` of a use of one (WebAuthn §5.1, AuthenticationResponseJSON). */
export const PasskeyAssertion = z.strictObject({
  ...credential,
  response: z.strictObject({
    clientDataJSON: bytes,
    authenticatorData: bytes,
    signature: bytes,
    userHandle: bytes.nullable().optional(),
  }),
});
export type PasskeyAssertion = z.output<typeof PasskeyAssertion>;

const descriptor = z.object({ id: z.string(), type: z.literal('public-key'), transports: transports.optional() });
const milliseconds = z.number().int();

/** For `PublicKeyCredential.parseCreationOptionsFromJSON` (WebAuthn §5.1.10). */
export const PasskeyCreationOptions = z.object({
  challenge: z.string(),
  rp: z.object({ id: z.string(), name: z.string() }),
  user: z.object({ id: z.string(), name: z.string(), displayName: z.string() }),
  pubKeyCredParams: z.array(z.object({ type: z.literal('public-key'), alg: z.number().int() })),
  timeout: milliseconds,
  attestation: z.literal('none'),
  excludeCredentials: z.array(descriptor),
  authenticatorSelection: z.object({
    residentKey: z.literal('required'),
    requireResidentKey: z.literal(true),
    userVerification: z.literal('required'),
  }),
});
export type PasskeyCreationOptions = z.output<typeof PasskeyCreationOptions>;

/** For `PublicKeyCredential.parseRequestOptionsFromJSON` (WebAuthn §5.1.10). */
export const PasskeyRequestOptions = z.object({
  challenge: z.string(),
  rpId: z.string(),
  timeout: milliseconds,
  /** Empty where nobody is known yet: the authenticator itself says whose passkey it offers. */
  allowCredentials: z.array(descriptor),
  userVerification: z.literal('required'),
});
export type PasskeyRequestOptions = z.output<typeof PasskeyRequestOptions>;
