import { z } from 'zod';
import { event, type EventOf } from '../../event.js';
import { askedFields, askerKeys, times } from '../conduct/asked.js';
import { personalAddress } from '../personal.js';

const command = { entity: 'Command', action: 'INSERT', keys: askerKeys } as const;

/** Somebody who had signed in asked for a change and was refused for another reason than their rights. */
export const CommandRejected = event('CommandRejected', {
  category: 'attempt',
  audit: { ...command, outcome: 'rejected' },
  data: z.object({
    ...askedFields,
    status: z.number().int(),
    /** Code of the problem they were answered with; what they sent is not kept. */
    code: z.string(),
    times,
  }),
});

/** Somebody who had signed in asked for a change, and everything already was as asked. */
export const CommandChangedNothing = event('CommandChangedNothing', {
  category: 'attempt',
  audit: { ...command, outcome: 'unchanged' },
  data: z.object({ ...askedFields, status: z.number().int(), times }),
});

/** What was to be proven when a sign-in failed. */
export const SignInStep = z.enum(['password', 'second-factor', 'passkey', 'password-reset']);
export type SignInStep = z.infer<typeof SignInStep>;

/** Why; whoever tried is never told which. */
export const SignInFailure = z.enum(['unknown', 'wrong', 'locked', 'not-allowed', 'no-account-access']);
export type SignInFailure = z.infer<typeof SignInFailure>;

/** Stands for the person where nobody is known: addresses of such attempts are sealed with a key of nobody's. */
export const nobodyKnown = '00000000-0000-0000-0000-000000000000';

/** Somebody tried to sign in, or to set a new password by a link, and was refused. */
export const SignInFailed = event('SignInFailed', {
  category: 'attempt',
  subject: 'subject_id',
  audit: {
    ...{ entity: 'SignIn', action: 'INSERT', keys: ['account_id', 'user_id', 'subject_id'] },
    outcome: 'denied',
  },
  data: z.object({
    /** The account that the sign-in would have entered; null where it is not one of the person's. */
    account_id: z.uuid().nullable(),
    /** The person whose sign-in it would have been; null when nobody is known. */
    user_id: z.uuid().nullable(),
    /** The person, or {@link nobodyKnown}. */
    subject_id: z.uuid(),
    step: SignInStep,
    reason: SignInFailure,
    /** Keyed hash of the address that was typed: tells attempts on the same one, and nothing else. */
    address_hash: z.string().nullable(),
    ip_address: personalAddress(),
    times,
  }),
});

export const attemptEvents = [CommandRejected, CommandChangedNothing, SignInFailed] as const;

export type AttemptEvent =
  EventOf<typeof CommandRejected> | EventOf<typeof CommandChangedNothing> | EventOf<typeof SignInFailed>;
