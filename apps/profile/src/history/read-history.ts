import { allEvents, type EventContract, type HistoryEntry } from '@annals/contracts';
import {
  changesOf,
  type Changes,
  type EventStore,
  type LastValues,
  openChanges,
  type StoredEvent,
} from '@annals/event-store';

const contracts = new Map<string, EventContract>(allEvents.map((contract) => [contract.type, contract]));

export interface HistoryPage {
  /** Newest first. */
  entries: HistoryEntry[];
  hasMore: boolean;
}

/**
 * The newest events of a stream before a revision, with old and new values. Events carry new values only, so the stream is
 * read from its beginning, and sealed: only what is shown is opened.
 * @param before null for the newest of all
 * @param userId whose stream it is
 */
export async function readHistory(
  store: EventStore,
  stream: string,
  userId: string,
  { before, limit }: { before: bigint | null; limit: number },
): Promise<HistoryPage> {
  if (before === 0n) return { entries: [], hasMore: false };
  const page: { event: StoredEvent; changes: Changes['changes'] }[] = [];
  let last: LastValues = {};
  const to = before === null ? {} : { to: before - 1n };
  for await (const event of store.readStream(stream, { open: false, ...to })) {
    const contract = contracts.get(event.type);
    if (!contract) throw new Error(`No contract for event ${event.type}`);
    const step = changesOf(event, contract, last);
    last = step.last;
    page.push({ event, changes: step.changes });
    if (page.length > limit) page.shift();
  }
  const entries = page.reverse().map(async ({ event, changes }) => ({
    ...factOf(event, userId),
    changes: await openChanges(store, stream, changes),
  }));
  return { entries: await Promise.all(entries), hasMore: (page.at(-1)?.event.revision ?? 0n) > 0n };
}

function factOf({ type, revision, metadata }: StoredEvent, userId: string): Omit<HistoryEntry, 'changes'> {
  const { kind, user_id, principal, on_behalf_of } = metadata.actor;
  return {
    revision: String(revision),
    at: metadata.occurred_at,
    event: type,
    actor: { is_self: user_id === userId, kind, user_id, principal: principal ?? null, on_behalf_of },
    request_id: metadata.request_id,
  };
}
