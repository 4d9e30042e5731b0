import { type EventNode, type EventNodeOptions } from './node.js';

/** What the node says when it is ready: that it is not the real thing, where it keeps events, and how to reach it. */
export function banner(node: Pick<EventNode, 'url'>, store: EventNodeOptions['store']): string {
  const place =
    store === 'memory' ? 'in memory: everything is lost when it stops' : 'in PostgreSQL, durable before each answer';
  return [
    'Event node: the single-machine event store of this project. It speaks the EventStoreDB protocol, keeps no copies and checks no credentials.',
    `Events are kept ${place}. For several machines set EVENTSTORE_URL to a real EventStoreDB cluster.`,
    `Event node listening on ${node.url}`,
  ].join('\n');
}
