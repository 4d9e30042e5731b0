import { z } from 'zod';
import { IdentityContext, RequestContext } from '../../context.js';
import { CommandChangedNothing, CommandRejected } from '../attempt/events.js';
import { AccessDenied } from '../denial/events.js';
import { PersonalDataRead } from '../reading/events.js';

/** Most things done in one `POST /internal/conduct`. */
export const maxConduct = 500;

/** What a request came to, as the fact that identity writes of it. */
export const ConductFact = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal(AccessDenied.type), data: AccessDenied.data.strict() }),
  z.strictObject({ type: z.literal(CommandRejected.type), data: CommandRejected.data.strict() }),
  z.strictObject({ type: z.literal(CommandChangedNothing.type), data: CommandChangedNothing.data.strict() }),
  z.strictObject({ type: z.literal(PersonalDataRead.type), data: PersonalDataRead.data.strict() }),
]);
export type ConductFact = z.infer<typeof ConductFact>;

/** What somebody did that no service writes of, as the gateway tells it: what came of it, and whose request it was. */
export const Conduct = z.strictObject({
  /** The same id is recorded once, however often it is told. */
  id: z.uuid(),
  fact: ConductFact,
  by: z.strictObject(
    IdentityContext.pick({
      kind: true,
      session_id: true,
      temporary_roles: true,
      elevation_id: true,
    }).shape,
  ),
  request: z.strictObject(RequestContext.shape),
});
export type Conduct = z.infer<typeof Conduct>;

export const ConductBatch = z.strictObject({ conduct: z.array(Conduct).min(1).max(maxConduct) });

/** Most rows in one `POST /internal/permission-uses`. */
export const maxPermissionUses = 1_000;

/** How often somebody passed a guard by a permission or a role since the batch before. */
export const PermissionUse = z.strictObject({
  account_id: z.uuid(),
  user_id: z.uuid(),
  /** A permission, or a built-in role where the guard asks for one. */
  permission: z.string().max(100),
  uses: z.number().int().positive(),
  last_used_at: z.iso.datetime(),
});
export type PermissionUse = z.infer<typeof PermissionUse>;

/** The same batch counts once, however often it is told. */
export const PermissionUseBatch = z.strictObject({
  id: z.uuid(),
  uses: z.array(PermissionUse).min(1).max(maxPermissionUses),
});
