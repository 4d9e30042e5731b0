import { z } from 'zod';
import { event, type EventOf } from '../../event.js';
import type { FactorEvent } from '../factor/events.js';

const Credential = (action: 'INSERT' | 'UPDATE' | 'DELETE') => ({
  entity: 'Credential',
  action,
  keys: ['user_id'] as const,
});

/** Wrong passwords, or wrong codes of an authenticator app, reached a threshold. At most one event per threshold of a row of failures. */
export const SignInThrottled = event('SignInThrottled', {
  category: 'credential',
  audit: Credential('UPDATE'),
  data: z.object({ user_id: z.uuid(), failures: z.number().int().positive(), row_id: z.uuid() }),
});

/** The person has a password from the beginning. */
export const PasswordSet = event('PasswordSet', {
  category: 'credential',
  audit: Credential('INSERT'),
  data: z.object({ user_id: z.uuid(), reason: z.literal('registration') }),
});

/** Somebody forgot their password and asked for a mail with which to set another one. */
export const PasswordResetRequested = event('PasswordResetRequested', {
  category: 'credential',
  audit: Credential('UPDATE'),
  data: z.object({
    user_id: z.uuid(),
    request_id: z.uuid(),
    /** Keyed hash of the address that the mail goes to. */
    email_hash: z.string(),
    requested_at: z.iso.datetime(),
  }),
});

/** Another password counts from here on. Its hash waits in PostgreSQL under `change_id`. */
export const PasswordChanged = event('PasswordChanged', {
  category: 'credential',
  audit: Credential('UPDATE'),
  data: z.object({
    user_id: z.uuid(),
    change_id: z.uuid(),
    reason: z.enum(['changed', 'reset', 'accepted-invitation']),
    /** The `PasswordResetRequested` that was used up by it. */
    request_id: z.uuid().nullable(),
    /** Keyed hash of the address that was proven by it, because its mail was needed; null when none was. */
    email_hash: z.string().nullable(),
    /** Whether the person's sessions end with it, all but `kept_session_id`. */
    end_sessions: z.boolean(),
    kept_session_id: z.uuid().nullable(),
  }),
});

/** An identity of another issuer is one of the ways in which the person signs in. */
export const ProviderAdded = event('ProviderAdded', {
  category: 'credential',
  audit: Credential('INSERT'),
  data: z.object({ user_id: z.uuid(), provider_hash: z.string() }),
});

/** It is none of the ways any more; decided here, where the last one is known. */
export const ProviderRemoved = event('ProviderRemoved', {
  category: 'credential',
  audit: Credential('DELETE'),
  data: z.object({ user_id: z.uuid(), provider_hash: z.string() }),
});

export const credentialEvents = [
  SignInThrottled,
  PasswordSet,
  PasswordResetRequested,
  PasswordChanged,
  ProviderAdded,
  ProviderRemoved,
] as const;

export type CredentialEvent =
  | EventOf<typeof SignInThrottled>
  | EventOf<typeof PasswordSet>
  | EventOf<typeof PasswordResetRequested>
  | EventOf<typeof PasswordChanged>
  | EventOf<typeof ProviderAdded>
  | EventOf<typeof ProviderRemoved>
  | FactorEvent;
