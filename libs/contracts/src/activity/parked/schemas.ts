import { z } from 'zod';

/** Services that keep work aside. */
export const parkingServices = ['identity', 'profile', 'activity', 'export'] as const;
export type ParkingService = (typeof parkingServices)[number];

/**
 * `event`: a stream whose events a reactor cannot act on. `message`: a key of a topic whose messages a consumer cannot
 * handle. `letter`: a message that no handler saw, because its context did not hold or nobody can read it.
 */
export const parkedKinds = ['event', 'message', 'letter'] as const;
export const ParkedKind = z.enum(parkedKinds);
export type ParkedKind = z.infer<typeof ParkedKind>;

/** Says whose work it is and which, as in `export-letter-12`: what one service made leads to nothing in another. */
export const ParkedId = z
  .string()
  .regex(new RegExp(`^(${parkingServices.join('|')})-(${parkedKinds.join('|')})-[1-9]\\d{0,17}$`));

/** Work put aside. It holds ids, names of things of ours and codes; never a payload, and no address or name of anybody. */
export const ParkedWork = z.object({
  id: ParkedId,
  service: z.enum(parkingServices),
  kind: ParkedKind,
  /** Name of the reactor or consumer group that could not do it. */
  source: z.string(),
  /** Stream of the event, or topic of the message. */
  from: z.string(),
  /** Order that the rest waits for, as in `<account_id>/<user_id>`; null for a stream, and for a key that is not made of ids. */
  key: z.string().nullable(),
  /** Id and type of the first thing that failed; null where a stranger chose them and they are not of our form. */
  cause_id: z.string().nullable(),
  cause_type: z.string().nullable(),
  /** Account it is for; of a letter, as it claims. */
  account_id: z.string().nullable(),
  /** Why, with what may be personal left out; null for what was never tried. */
  error: z.string().nullable(),
  /** Times it was tried. */
  attempts: z.number().int(),
  /** Later ones of the same stream or key that wait for it. */
  waiting: z.number().int(),
  /** RFC 3339 with microseconds. */
  parked_at: z.string(),
  /** When it is tried again by itself; null when it waits for somebody. */
  retry_at: z.string().nullable(),
  /** Whether trying again can be of use: not for a letter too large to keep. */
  retryable: z.boolean(),
});
export type ParkedWork = z.infer<typeof ParkedWork>;

/** With what its message says of itself: headers by name, without signature, address or agent. */
export const ParkedDetail = ParkedWork.extend({ headers: z.record(z.string(), z.string()) });
export type ParkedDetail = z.infer<typeof ParkedDetail>;

export const parkedFilters = {
  service: z.enum(parkingServices).optional(),
  kind: ParkedKind.optional(),
  source: z.string().min(1).max(200).optional(),
  account_id: z.uuid().optional(),
};

/** Question to one service, between our own processes: a page that begins after a place. */
export const ParkedAsk = z.strictObject({
  kind: parkedFilters.kind,
  source: parkedFilters.source,
  account_id: parkedFilters.account_id,
  sort_order: z.enum(['asc', 'desc']),
  limit: z.coerce.number().int().min(1).max(101),
  /** `parked_at` and `id` of the last one seen. */
  after_at: z.iso.datetime().optional(),
  after_id: ParkedId.optional(),
});
export type ParkedAsk = z.infer<typeof ParkedAsk>;
