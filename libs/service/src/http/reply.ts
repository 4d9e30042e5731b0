import { headers } from '@annals/contracts';
import { encodeTokens, type Outcome } from '@annals/event-store';
import { etagOf } from './conditional.js';
import type { Reply } from './mount.js';

/** The answer to a command: the resource as it is after it, its ETag, its position, and whether it was a repetition. */
export function written<S>(outcome: Outcome<S>, body: (state: S) => unknown, status = 200): Reply {
  return {
    status,
    body: status === 204 ? undefined : body(outcome.state),
    revision: outcome.revision,
    tokens: outcome.position ? [{ category: outcome.category, position: outcome.position }] : [],
    replayed: outcome.kind === 'replayed',
  };
}

/** Head of an answer: what every one carries, then what this reply says. */
export function replyHeaders(reply: Reply, always: Readonly<Record<string, string>>): Record<string, string> {
  const head: Record<string, string> = { ...always };
  if (reply.revision !== undefined && reply.revision !== null) head.etag = etagOf(reply.revision, reply.besides);
  if (reply.tokens && reply.tokens.length > 0) head[headers.position] = encodeTokens(reply.tokens);
  if (reply.replayed) head[headers.idempotencyReplayed] = 'true';
  return reply.headers ? { ...head, ...lowerCased(reply.headers) } : head;
}

function lowerCased(given: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name.toLowerCase(), value]));
}
