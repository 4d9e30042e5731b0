import { z } from 'zod';

/** Where facts come from. `server`: read from the event streams; `client`: told by a client, so believe it accordingly. */
export const ActivitySource = z.enum(['server', 'client']);

/** What a user agent says it is. `api`: a program that is no browser; `other`: televisions, consoles and the like. */
export const ClientKind = z.enum(['desktop', 'mobile', 'tablet', 'bot', 'api', 'other']);
export type ClientKind = z.infer<typeof ClientKind>;

/** One line of a person's activity log. */
export const ActivityEntry = z.object({
  id: z.uuid(),
  account_id: z.uuid(),
  user_id: z.uuid(),
  type: z.string(),
  category: z.string(),
  tags: z.array(z.string()),
  data: z.record(z.string(), z.unknown()),
  source: ActivitySource,
  /** Null when nobody's device was involved. */
  device: ClientKind.nullable(),
  /** Where the request came from, no closer than its /24 (IPv4) or /48 (IPv6); null once that person is erased. */
  network: z.string().nullable(),
  session_id: z.string().nullable(),
  request_id: z.string(),
  occurred_at: z.iso.datetime(),
  recorded_at: z.iso.datetime(),
  position: z.string(),
});
export type ActivityEntry = z.infer<typeof ActivityEntry>;
