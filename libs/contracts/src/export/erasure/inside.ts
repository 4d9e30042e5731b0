import { z } from 'zod';

/** Whose data goes: what an account holds about a person, or what is held for no account. */
export const ErasedHolder = z.strictObject({ account_id: z.uuid().nullable(), user_id: z.uuid() });
export type ErasedHolder = z.infer<typeof ErasedHolder>;

/**
 * Between our own processes: `POST /internal/erasures` of each service. It answers when its read models have seen the
 * positions and everything that they do not keep is removed; 503 while they have not. Asking again does no harm.
 */
export const ErasureAsk = z.strictObject({
  erasure_id: z.uuid(),
  holders: z.array(ErasedHolder).min(1).max(1_000),
  /** Positions of the facts that the holders were erased, as `x-position` writes them. */
  positions: z.string().min(1),
});
export type ErasureAsk = z.infer<typeof ErasureAsk>;

/** How many things of each kind this call removed. */
export const ErasureAnswer = z.object({ removed: z.record(z.string(), z.int().nonnegative()) });
export type ErasureAnswer = z.infer<typeof ErasureAnswer>;
