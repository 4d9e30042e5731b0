import { type ActivityAccessEvent, type ActivityFilter, type CurrentUserContext, filterNames } from '@annals/contracts';
import { type Aggregate, type EventStore } from '@annals/event-store';

/** Each access is a stream of its own, with one event. */
const access: Aggregate<null> = { category: 'activityaccess', initial: null, evolve: () => null };

/** Writes down that somebody takes or follows a log, before they see any of it. */
export async function recordAccess(
  store: Pick<EventStore, 'execute'>,
  event: ActivityAccessEvent,
  { context, commandId, now }: { context: CurrentUserContext; commandId: string; now: string },
): Promise<void> {
  const id = `${event.data.account_id}_${commandId}`;
  await store.execute(access, id, { id: commandId, context, now, decide: () => [event] });
}

/** What narrows an access, by name: what somebody looked for may be personal. */
export const filterNamesOf = (filter: ActivityFilter) => filterNames.filter((name) => filter[name] !== undefined);
