import { z } from 'zod';
import { permissions } from './permissions.js';
import { timeZone } from './profile/timezone.js';

const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'is a time as in 08:30');

/** When a grant holds. All conditions of a grant must hold together. */
export const Condition = z.discriminatedUnion('kind', [
  /** The thing belongs to the caller. */
  z.strictObject({ kind: z.literal('own') }),
  /** The caller's address lies in one of these ranges, as in `10.0.0.0/8` or `2001:db8::/32`. */
  z.strictObject({
    kind: z.literal('ip_range'),
    ranges: z
      .array(z.union([z.cidrv4(), z.cidrv6()]))
      .min(1)
      .max(20),
  }),
  /**
   * Local time lies in `[from, to)`; a window may pass midnight. `days` are ISO weekdays (1 is Monday) of the moment
   * itself; every day unless said.
   */
  z.strictObject({
    kind: z.literal('time_window'),
    from: clockTime,
    to: clockTime,
    timezone: timeZone,
    days: z.array(z.number().int().min(1).max(7)).min(1).max(7).optional(),
  }),
  /** An attribute of the thing has exactly this value. */
  z.strictObject({
    kind: z.literal('attribute'),
    name: z.string().min(1).max(100),
    equals: z.union([z.string().max(200), z.number(), z.boolean()]),
  }),
]);
export type Condition = z.infer<typeof Condition>;

export const ConditionalPermission = z.object({
  permission: z.enum(permissions),
  conditions: z.array(Condition).min(1).max(10),
});
export type ConditionalPermission = z.infer<typeof ConditionalPermission>;
