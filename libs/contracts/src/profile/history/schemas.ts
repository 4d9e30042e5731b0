import { z } from 'zod';

/** One thing that happened to a document of a person, as that person may read it. */
export const HistoryEntry = z.object({
  /** As in the `ETag` that the document had afterwards. */
  revision: z.string(),
  at: z.iso.datetime(),
  /** Name of the event, as in `ProfileUpdated`. */
  event: z.string(),
  /**
   * By field; a member of the privacy settings' fields reads `fields.bio`. Null is what was not set. A value whose key was
   * destroyed reads `{"erased": true}`.
   */
  changes: z.record(z.string(), z.object({ old: z.unknown(), new: z.unknown() })),
  actor: z.object({
    /** The person themselves; otherwise somebody or something in their place. */
    is_self: z.boolean(),
    kind: z.enum(['user', 'service', 'anonymous']),
    user_id: z.string().nullable(),
    /** Name of the service that did it, as in `svc:profile`. */
    principal: z.string().nullable(),
    on_behalf_of: z.string().nullable(),
  }),
  request_id: z.string(),
});
export type HistoryEntry = z.infer<typeof HistoryEntry>;
