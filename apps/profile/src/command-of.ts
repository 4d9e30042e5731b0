import { type DomainEvent } from '@annals/contracts';
import { type Command } from '@annals/event-store';
import { type RouteRequest } from '@annals/service';

type Asked = Pick<RouteRequest, 'commandId' | 'commandHash' | 'ifMatch' | 'now'> & Pick<Command<unknown>, 'context'>;

/** The command a request carries, once it is known what it decides. */
export function commandOf<S, E extends DomainEvent>(
  { commandId, commandHash, ifMatch, context, now }: Asked,
  decide: (state: S) => readonly E[],
): Command<S, E> {
  return { id: commandId, hash: commandHash, context, now, expectedRevision: ifMatch, decide };
}
