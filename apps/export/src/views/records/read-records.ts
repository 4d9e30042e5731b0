import type { EventContract } from '@annals/contracts';
import { isErased, type EventStore, type StoredEvent } from '@annals/event-store';
import type { Pool, ProjectionRunner } from '@annals/postgres';
import type { Subject } from '../../section/section.js';
import { recordedContracts, recordsAfter, type RecordPlace } from './records.projection.js';

const contracts = new Map<string, EventContract>(recordedContracts.map((contract) => [contract.type, contract]));
const pageSize = 200;

export interface RecordParts {
  store: EventStore;
  pool: Pool;
  records: Pick<ProjectionRunner, 'caughtUp'>;
}

/** Every value that was recorded about a person in the account or for no account, fact by fact, from the oldest on. */
export async function* readRecords(
  { store, pool, records }: RecordParts,
  subject: Subject,
  signal: AbortSignal,
): AsyncGenerator<unknown> {
  await records.caughtUp();
  let last: RecordPlace | null = null;
  do {
    signal.throwIfAborted();
    const page: RecordPlace[] = await recordsAfter(pool, subject, last, pageSize);
    const events = await eventsAt(store, page);
    for (const { stream, revision } of page) {
      const event = events.get(`${stream}@${revision}`);
      if (event) yield shown(event);
    }
    last = page.length === pageSize ? page.at(-1)! : null;
  } while (last);
}

/** The events at these places, by stream and revision: each stream is read once, from the first to the last of them. */
async function eventsAt(store: EventStore, page: readonly RecordPlace[]): Promise<Map<string, StoredEvent>> {
  const found = new Map<string, StoredEvent>();
  for (const [stream, places] of Map.groupBy(page, (place) => place.stream)) {
    const revisions = places.map(({ revision }) => BigInt(revision));
    const [from, to] = [revisions[0]!, revisions.at(-1)!];
    const wanted = new Set(revisions);
    for await (const event of store.readStream(stream, { from, to })) {
      if (wanted.has(event.revision)) found.set(`${stream}@${event.revision}`, event);
    }
  }
  return found;
}

/** What the fact says about the person, and what it is about. Who of the staff did it is not theirs to know. */
function shown({ type, data, metadata }: StoredEvent): unknown {
  const contract = contracts.get(type)!;
  const personal = new Set(contract.personalFields.map(({ path }) => path[0]!));
  const named = contract.audit.keys.filter((key) => !key.endsWith('_by_id') && !key.endsWith('_hash'));
  const kept = Object.entries(data).filter(([field]) => personal.has(field) || named.includes(field));
  return {
    ...{ type, occurred_at: metadata.occurred_at, account_id: data.account_id ?? null },
    data: Object.fromEntries(kept.map(([field, value]) => [field, isErased(value) ? null : value])),
  };
}
