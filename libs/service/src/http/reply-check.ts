import { z } from 'zod';
import type { MountedRoute, Reply } from './mount.js';

/**
 * Holds a reply to the contract of its route, so that a contract cannot promise what no answer keeps.
 * @throws Error, which becomes a 500, naming the difference
 */
export function checkReply(route: MountedRoute, reply: Reply): void {
  if (!route.responses) return;
  if (!(reply.status in route.responses))
    throw new Error(`${route.id} answers ${reply.status}, which it does not declare`);
  const schema = route.responses[reply.status];
  if (schema === 'stream') {
    if (!reply.stream) throw new Error(`${route.id} declares a stream and answers none`);
    return;
  }
  if (!schema) {
    if (reply.body !== undefined) throw new Error(`${route.id} declares no body and answers one`);
    return;
  }
  const sent: unknown = reply.body === undefined ? undefined : JSON.parse(JSON.stringify(reply.body));
  const result = schema.safeParse(sent);
  if (!result.success)
    throw new Error(`${route.id} answers another body than it declares: ${z.prettifyError(result.error)}`);
}
