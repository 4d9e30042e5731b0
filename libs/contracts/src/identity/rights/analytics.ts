import { z } from 'zod';
import { permissions } from '../../permissions.js';
import { RoleId } from '../role/schemas.js';

const role = { role_id: RoleId, name: z.string() };
const grant = {
  ...role,
  user_id: z.uuid(),
  granted_at: z.iso.datetime(),
  expires_at: z.iso.datetime().nullable(),
};
/** Longest list in an analysis; its `total` counts all. */
export const analyticsRows = 100;
const some = <S extends z.ZodType>(item: S) =>
  z.object({ total: z.number().int(), data: z.array(item).max(analyticsRows) });

export const RoleAnalytics = z.object({
  roles: z.array(
    z.object({
      ...role,
      built_in: z.boolean(),
      /** Members whose role this is, and members who were given it and have it now. */
      base_members: z.number().int(),
      granted_members: z.number().int(),
      /** Of the granted ones, those that end, and those that end soon. */
      temporary: z.number().int(),
      ending_soon: z.number().int(),
    }),
  ),
  /** Grants that end soon, soonest first. */
  ending_soon: some(z.object(grant)),
  /** Grants in force whose permissions their person has not used since they were given, oldest first. */
  unused_grants: some(z.object(grant)),
  hints: z.array(
    z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('many-admins'), admins: z.number().int() }),
      z.object({ kind: z.literal('role-without-members'), ...role }),
      z.object({ kind: z.literal('role-gives-nothing'), ...role }),
      z.object({ kind: z.literal('role-equals-built-in'), ...role, built_in: RoleId }),
    ]),
  ),
});

export const PermissionAnalytics = z.object({
  permissions: z.array(
    z.object({
      permission: z.enum(permissions),
      /** Members who have it now, always or under conditions. */
      holders: z.number().int(),
      /** Members who used it within the days asked for, and how often anybody ever did. */
      users: z.number().int(),
      uses: z.number().int(),
      last_used_at: z.iso.datetime().nullable(),
      denials: z.number().int(),
    }),
  ),
  /** What was denied within the days asked for, most often first. */
  denials: some(
    z.object({
      method: z.string(),
      route: z.string(),
      code: z.string(),
      required: z.string().nullable(),
      times: z.number().int(),
      people: z.number().int(),
      last_at: z.iso.datetime(),
    }),
  ),
  /** Members who have had permissions all these days and used none of them, most permissions first. */
  over_privileged: some(z.object({ user_id: z.uuid(), unused: z.array(z.enum(permissions)) })),
});
