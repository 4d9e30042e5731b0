import { z } from 'zod';
import { event, type EventOf } from '../../event.js';
import { standingReason } from './schemas.js';

const whose = { account_id: z.uuid(), user_id: z.uuid() };
const keys = ['account_id', 'user_id'] as const;
const hold = (action: 'INSERT' | 'DELETE') => ({ entity: 'LegalHold', action, keys });
const restriction = (action: 'INSERT' | 'DELETE') => ({ entity: 'ProcessingRestriction', action, keys });

/** Nothing that the account holds about the person is erased or removed by retention from here on. Said again, it is as it says now. */
export const LegalHoldPlaced = event('LegalHoldPlaced', {
  category: 'hold',
  subject: 'user_id',
  audit: hold('INSERT'),
  data: z.strictObject({
    ...whose,
    reason: standingReason,
    placed_by_id: z.uuid(),
    /** It ends by itself then; null: when it is released. */
    until: z.iso.datetime().nullable(),
    placed_at: z.iso.datetime(),
  }),
});

export const LegalHoldReleased = event('LegalHoldReleased', {
  category: 'hold',
  audit: hold('DELETE'),
  data: z.strictObject({ ...whose, released_by_id: z.uuid(), released_at: z.iso.datetime() }),
});

/** What the account holds about the person is stored and not processed from here on (Art. 18 GDPR). */
export const ProcessingRestricted = event('ProcessingRestricted', {
  category: 'hold',
  subject: 'user_id',
  audit: restriction('INSERT'),
  data: z.strictObject({
    ...whose,
    reason: standingReason,
    restricted_by_id: z.uuid(),
    restricted_at: z.iso.datetime(),
  }),
});

export const ProcessingRestrictionLifted = event('ProcessingRestrictionLifted', {
  category: 'hold',
  audit: restriction('DELETE'),
  data: z.strictObject({ ...whose, lifted_by_id: z.uuid(), lifted_at: z.iso.datetime() }),
});

export const standingEvents = [
  LegalHoldPlaced,
  LegalHoldReleased,
  ProcessingRestricted,
  ProcessingRestrictionLifted,
] as const;
export type StandingEvent = EventOf<(typeof standingEvents)[number]>;
