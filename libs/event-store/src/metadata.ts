import { Problem, type EventMetadata } from '@annals/contracts';
import type { Command, CommandContext } from './aggregate.js';
import { seal } from './sealing.js';
import { holderOf, type SubjectKeys } from './subject-keys.js';

/** Path under which a client's address is bound to its event. */
export const clientAddressPath = 'metadata.client.ip';

/** Metadata of a command's events except what differs from event to event. */
export function commandMetadata<S>(
  command: Command<S>,
  traceparent: string | undefined,
): Omit<EventMetadata, 'schema_version'> {
  const { context } = command;
  const account = context.kind === 'anonymous' ? null : context.account_id;
  return {
    $correlationId: context.correlation_id,
    $causationId: context.causation_id,
    command_id: command.id,
    ...(command.hash === undefined ? {} : { command_hash: command.hash }),
    transaction_id: context.transaction_id,
    account_id: command.accountId === undefined ? account : command.accountId,
    actor: actorOf(context),
    request_id: context.request_id,
    ...(traceparent === undefined ? {} : { traceparent }),
    occurred_at: command.now,
    client: { ip: null, user_agent: context.user_agent },
  };
}

/** Who acts: an administrator in somebody's place is the actor, and the person is named as `on_behalf_of`. */
function actorOf(context: CommandContext): EventMetadata['actor'] {
  if (context.kind === 'anonymous') return { user_id: null, session_id: null, kind: 'anonymous', on_behalf_of: null };
  const { session_id, user_id, actor, principal, temporary_roles, elevation_id } = context;
  const rights = {
    ...(temporary_roles.length > 0 && { temporary_roles }),
    ...(elevation_id !== null && { elevation_id }),
  };
  if (context.kind === 'service') {
    return {
      ...{ user_id: null, session_id, kind: 'service' },
      ...(principal && { principal }),
      ...{ on_behalf_of: user_id, ...rights },
    };
  }
  return actor
    ? { user_id: actor.user_id, session_id, kind: 'user', on_behalf_of: user_id, ...rights }
    : { user_id, session_id, kind: 'user', on_behalf_of: null, ...rights };
}

/**
 * Seals the caller's address for one event, with the key of who acts in the account of the event. Null when nobody signed
 * in is known, for there is no key to seal it with, and when who acts was erased, for there is none any more.
 */
export async function sealedAddress(
  context: CommandContext,
  { actor, account_id }: Pick<EventMetadata, 'actor' | 'account_id'>,
  stream: string,
  eventId: string,
  keys: SubjectKeys,
): Promise<string | null> {
  if (context.ip_address === null || actor.user_id === null) return null;
  const place = { subject: actor.user_id, stream, eventId, path: clientAddressPath };
  try {
    return seal(context.ip_address, await keys.current(holderOf(actor.user_id, account_id), 'security'), place).sealed;
  } catch (error) {
    if (error instanceof Problem && error.code === 'subject-erased') return null;
    throw error;
  }
}
