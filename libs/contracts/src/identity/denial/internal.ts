import { z } from 'zod';
import { IdentityContext, RequestContext } from '../../context.js';
import { AccessDenied } from './events.js';

/** Most denials in one `POST /internal/denials`. */
export const maxDenials = 500;

/** A denial as the gateway tells it: what was denied, and to whom in which request. */
export const Denial = z.strictObject({
  /** The same id is recorded once, however often it is told. */
  id: z.uuid(),
  denied: AccessDenied.data.strict(),
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
export type Denial = z.infer<typeof Denial>;

export const DenialBatch = z.strictObject({ denials: z.array(Denial).min(1).max(maxDenials) });
