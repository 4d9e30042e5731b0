import { z } from 'zod';
import { PageMeta, pageQuery } from '../route.js';

/** A moment between the years 2000 and 2100, which every store can hold. */
export const moment = z.iso
  .datetime({ offset: true, error: 'must be a time like 2026-03-01T12:00:00Z' })
  .refine((text) => /^20\d\d-/.test(text), 'must lie between the years 2000 and 2100');

/** Query of a long log: numbered pages with a total, or a walk by cursor without one. */
export const logQuery = {
  ...pageQuery,
  /** `meta.next_cursor` of the answer before. Valid for the same account and the same filters only; `page` is ignored. */
  cursor: z.string().max(512).optional(),
  /** Only what happened at or after this moment. */
  from: moment.optional(),
  /** Only what happened before this moment. */
  to: moment.optional(),
};

const nextCursor = { next_cursor: z.string().nullable() };
export const CursorMeta = z.object({ limit: z.number().int(), has_next_page: z.boolean(), ...nextCursor });
export type CursorMeta = z.infer<typeof CursorMeta>;
export const LogPageMeta = PageMeta.extend({
  ...nextCursor,
  /** There are more than `total_items`: counting ended there. */
  total_capped: z.boolean(),
});

/** `{data, meta}` of a long log: with totals when asked by page, without when asked by cursor. */
export const logOf = <S extends z.ZodType>(item: S) =>
  z.object({ data: z.array(item), meta: z.union([LogPageMeta, CursorMeta]) });
