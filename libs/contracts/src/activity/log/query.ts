import { z } from 'zod';
import { logQuery } from '../log-list.js';
import { ActivitySource, ClientKind } from './entry.js';

const text = z.string().min(1).max(200);
const { cursor, from, to, page, limit, sort_order } = logQuery;

/** What narrows a log, alone or together; the list, the export and the live stream take the same. */
const filters = {
  type: text.optional(),
  category: text.optional(),
  tag: text.optional(),
  source: ActivitySource.optional(),
  device: ClientKind.optional(),
  session: z.uuid().optional(),
  from,
  to,
  /** Text found in type, category, tags or data. */
  q: text.optional(),
};
export const ActivityFilter = z.strictObject(filters);
export type ActivityFilter = z.infer<typeof ActivityFilter>;
export const filterNames = Object.keys(filters) as (keyof typeof filters)[];

/** Another member's log; needs VIEW_AUDIT_LOG. */
const user_id = z.uuid().optional();

export const ActivityQuery = z.strictObject({ page, limit, sort_order, cursor, user_id, ...filters });
export type ActivityQuery = z.infer<typeof ActivityQuery>;

export const exportFormats = ['csv', 'ndjson'] as const;
export const ActivityExportQuery = z.strictObject({
  format: z.enum(exportFormats).default('ndjson'),
  ...{ sort_order, user_id, ...filters },
});
export type ActivityExportQuery = z.infer<typeof ActivityExportQuery>;

const { from: _from, to: _to, ...live } = filters;
export const ActivityStreamQuery = z.strictObject({
  user_id,
  /** `account`: what everybody in the account does; needs VIEW_AUDIT_LOG. */
  scope: z.enum(['person', 'account']).default('person'),
  ...live,
});
export type ActivityStreamQuery = z.infer<typeof ActivityStreamQuery>;
