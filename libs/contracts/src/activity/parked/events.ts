import { z } from 'zod';
import { event, type EventOf } from '../../event.js';
import { ParkedId, ParkedKind, parkingServices } from './schemas.js';

/** An operator had work that was put aside tried again. Its metadata name the account the work is for. */
export const ParkedWorkRetried = event('ParkedWorkRetried', {
  category: 'parked',
  data: z.strictObject({
    parked_id: ParkedId,
    service: z.enum(parkingServices),
    kind: ParkedKind,
    source: z.string(),
    cause_type: z.string().nullable(),
    reason: z.string().nullable(),
    retried_at: z.iso.datetime(),
  }),
  audit: { entity: 'ParkedWork', action: 'UPDATE', keys: ['parked_id', 'reason'] },
});
export type ParkedEvent = EventOf<typeof ParkedWorkRetried>;

export const parkedWorkEvents = [ParkedWorkRetried] as const;
