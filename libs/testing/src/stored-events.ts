import { randomUUID } from 'node:crypto';
import type { EventMetadata } from '@annals/contracts';
import type { StoredEvent } from '@annals/event-store';
import { projectBatch, readCheckpoint, withTenant, type Pool, type Projection } from '@annals/postgres';

/** What a test says about an event; the rest of the envelope is made up. */
export interface EventSketch {
  type: string;
  /** Name of its stream, `category-<id>`. */
  stream: string;
  data?: Record<string, unknown>;
  account_id?: string | null;
  metadata?: Partial<EventMetadata>;
}

/** A run of stored events: positions rise over the run, revisions rise per stream. `after` continues an earlier run. */
export function storedEvents(sketches: readonly EventSketch[], after: readonly StoredEvent[] = []): StoredEvent[] {
  const revisions = new Map<string, bigint>();
  for (const event of after) revisions.set(event.stream, event.revision);
  let commit = after.at(-1)?.position.commit ?? 0n;
  return sketches.map((sketch) => {
    const revision = (revisions.get(sketch.stream) ?? -1n) + 1n;
    revisions.set(sketch.stream, revision);
    commit += 100n;
    return {
      id: randomUUID(),
      type: sketch.type,
      stream: sketch.stream,
      revision,
      position: { commit, prepare: commit },
      data: sketch.data ?? {},
      metadata: metadataOf(sketch),
      recordedAt: new Date(Number(commit)),
    };
  });
}

function metadataOf({ account_id: accountId = null, metadata }: EventSketch): EventMetadata {
  const id = randomUUID();
  return {
    $correlationId: id,
    $causationId: id,
    command_id: id,
    transaction_id: id,
    account_id: accountId,
    actor: { user_id: null, session_id: null, kind: 'anonymous', on_behalf_of: null },
    request_id: id,
    schema_version: 1,
    occurred_at: '2026-01-01T00:00:00.000Z',
    client: { ip: null, user_agent: null },
    ...metadata,
  };
}

/** Given events, then rows: runs them through a projection from where it is, as one batch, as in production. */
export async function project(pool: Pool, projection: Projection, events: readonly StoredEvent[]): Promise<void> {
  const last = events.at(-1);
  if (!last) return;
  const { position } = await readCheckpoint(pool, projection);
  await projectBatch(pool, projection, position, events, last.position);
}

/** Rows as one account sees them. */
export async function rowsOf<R>(pool: Pool, accountId: string, text: string, values: unknown[] = []): Promise<R[]> {
  return withTenant(pool, { accountId }, async (tx) => (await tx.query<R>(text, values)).rows);
}
