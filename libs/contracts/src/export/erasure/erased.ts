import { z } from 'zod';
import { event, type EventOf } from '../../event.js';

/**
 * What is held about somebody was erased: by everybody when `account_id` is null, else by this account alone. Its stream is
 * `erased-<user>` or `erased-<account>_<user>`. Written when no key is made or given out any more and before the keys are
 * destroyed, so that it can be done again wherever an old copy of the keys comes back. Every read model answers it by
 * deleting what it holds of the person there.
 */
export const SubjectErased = event('SubjectErased', {
  category: 'erased',
  data: z.strictObject({
    account_id: z.uuid().nullable(),
    /** Stays as a pseudonym, without which nobody could tell what was erased. */
    user_id: z.uuid(),
    erasure_id: z.uuid(),
    erased_at: z.iso.datetime(),
    /** SHA-256 of the keys' ids: tells a key that came back without telling the key. */
    key_fingerprints: z.array(z.string().regex(/^[0-9a-f]{64}$/)),
  }),
  audit: { entity: 'PersonalData', action: 'DELETE', keys: ['account_id', 'user_id', 'erasure_id'] },
});
export type SubjectErasedEvent = EventOf<typeof SubjectErased>;
