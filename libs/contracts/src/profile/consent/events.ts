import { z } from 'zod';
import { event, type EventOf } from '../../event.js';
import { owner } from '../keys.js';
import { languageTag } from '../timezone.js';
import { ConsentMethod, ConsentPurpose, PolicyVersion } from './schemas.js';

const decided = {
  ...owner,
  purpose: ConsentPurpose,
  /** Null where the way the decision came names no text. */
  policy_version: PolicyVersion.nullable(),
  locale: languageTag.nullable(),
  method: ConsentMethod,
};
const keys = ['account_id', 'user_id'] as const;

/** A person said yes to a purpose. One that is never taken back: what they say later is another fact. */
export const ConsentGiven = event('ConsentGiven', {
  category: 'consent',
  data: z.strictObject({ ...decided, given_at: z.iso.datetime() }),
  audit: { entity: 'Consent', action: 'INSERT', keys: [...keys, 'given_at'] },
});

/** A person said no to a purpose, or took their yes back. */
export const ConsentWithdrawn = event('ConsentWithdrawn', {
  category: 'consent',
  data: z.strictObject({ ...decided, withdrawn_at: z.iso.datetime() }),
  audit: { entity: 'Consent', action: 'DELETE', keys: [...keys, 'withdrawn_at'] },
});

export const consentEvents = [ConsentGiven, ConsentWithdrawn] as const;
export type ConsentEvent = EventOf<(typeof consentEvents)[number]>;
