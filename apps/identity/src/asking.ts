import { serviceIdentity } from '@annals/auth';
import type { CommandContext } from '@annals/event-store';

/** Who asks for something to be done, under which id, and when: the same id does it once. */
export interface Asking {
  commandId: string;
  /** Keyed hash of the request's body. */
  commandHash?: string;
  context: CommandContext;
  /** RFC 3339. */
  now: string;
}

/** The same request, once it is known which person makes it: what they do is theirs in the log. */
export function askedBy(
  asking: Asking,
  person: { user_id: string; session_id: string | null; account_id: string | null },
): Asking {
  const { request_id, transaction_id, correlation_id, causation_id, ip_address, user_agent, traceparent, timestamp } =
    asking.context;
  const request = {
    ...{ request_id, transaction_id, correlation_id, causation_id },
    ...{ ip_address, user_agent, traceparent, timestamp },
  };
  // A command needs to know whose it is, not which rights they have: those were looked at before.
  const withoutRights = serviceIdentity('');
  return { ...asking, context: { ...withoutRights, ...request, ...person, kind: 'user', principal: null } };
}

/** What every command of a request says to the store: the same request is the same command, written in this account. */
export function commandIn({ commandId, commandHash, context, now }: Asking, accountId: string | null) {
  return { id: commandId, ...(commandHash === undefined ? {} : { hash: commandHash }), context, now, accountId };
}
