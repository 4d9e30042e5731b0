import { z } from 'zod';
import { event, type EventOf } from '../../event.js';
import { personalDevice } from '../personal.js';

const totp = { user_id: z.uuid(), factor_id: z.uuid() };
const recoveryCodes = { user_id: z.uuid(), set_id: z.uuid() };
const passkey = { user_id: z.uuid(), passkey_id: z.uuid() };

/** Signing in with the password needs a code from here on. The seed waits in PostgreSQL under `factor_id`. */
export const TotpEnabled = event('TotpEnabled', {
  category: 'credential',
  audit: { entity: 'Totp', action: 'INSERT', keys: ['user_id', 'factor_id'] },
  data: z.object({ ...totp, enabled_at: z.iso.datetime() }),
});

export const TotpDisabled = event('TotpDisabled', {
  category: 'credential',
  audit: { entity: 'Totp', action: 'DELETE', keys: ['user_id', 'factor_id'] },
  data: z.object(totp),
});

/** The person has these codes from here on and no earlier ones. What they are made with waits under `set_id`. */
export const RecoveryCodesGenerated = event('RecoveryCodesGenerated', {
  category: 'credential',
  audit: { entity: 'RecoveryCodes', action: 'INSERT', keys: ['user_id', 'set_id'] },
  data: z.object({
    ...recoveryCodes,
    count: z.number().int().positive(),
    generated_at: z.iso.datetime(),
    /** The set before, which is worth nothing any more. */
    replaced_set_id: z.uuid().nullable(),
  }),
});

/** One code was taken for a second factor; it is good for nothing any more. */
export const RecoveryCodeUsed = event('RecoveryCodeUsed', {
  category: 'credential',
  audit: { entity: 'RecoveryCodes', action: 'UPDATE', keys: ['user_id', 'set_id'] },
  data: z.object({
    ...recoveryCodes,
    /** Place of the code in its set, from 0. */
    place: z.number().int().nonnegative(),
    left: z.number().int().nonnegative(),
  }),
});

export const RecoveryCodesRemoved = event('RecoveryCodesRemoved', {
  category: 'credential',
  audit: { entity: 'RecoveryCodes', action: 'DELETE', keys: ['user_id', 'set_id'] },
  data: z.object(recoveryCodes),
});

/** The person can sign in with a passkey. Its public key and its counter are in PostgreSQL. */
export const PasskeyAdded = event('PasskeyAdded', {
  category: 'credential',
  subject: 'user_id',
  audit: { entity: 'Passkey', action: 'INSERT', keys: ['user_id', 'passkey_id'] },
  data: z.object({ ...passkey, name: personalDevice() }),
});

export const PasskeyRemoved = event('PasskeyRemoved', {
  category: 'credential',
  audit: { entity: 'Passkey', action: 'DELETE', keys: ['user_id', 'passkey_id'] },
  data: z.object(passkey),
});

/** A passkey signed, but counted no further than before: somebody may have a copy of it (WebAuthn §6.1.1). */
export const SignCountRegressed = event('SignCountRegressed', {
  category: 'credential',
  audit: { entity: 'Passkey', action: 'UPDATE', keys: ['user_id', 'passkey_id'], outcome: 'denied' },
  data: z.object({ ...passkey, known_count: z.number().int(), received_count: z.number().int() }),
});

export const factorEvents = [
  TotpEnabled,
  TotpDisabled,
  RecoveryCodesGenerated,
  RecoveryCodeUsed,
  RecoveryCodesRemoved,
  PasskeyAdded,
  PasskeyRemoved,
  SignCountRegressed,
] as const;

export type FactorEvent = EventOf<(typeof factorEvents)[number]>;
