import { comparePositions, type Position, type StoredEvent } from '@annals/event-store';
import { moveCheckpoint } from './checkpoint.js';
import type { Pool } from './pool.js';
import { projectionSchema, type Projection } from './projection.js';
import { identifier, type Tx } from './sql.js';
import { setTenant } from './tenant.js';
import { transaction } from './transaction.js';

/**
 * One step of a projection: rows and guarded checkpoint in one transaction, or neither.
 * Events at or before `from` are old news and left out, so a repeated batch changes nothing.
 * @returns how many events took part
 */
export async function projectBatch(
  pool: Pool,
  projection: Projection,
  from: Position | null,
  events: readonly StoredEvent[],
  checkpoint: Position,
): Promise<number> {
  const fresh = from ? events.filter((event) => comparePositions(event.position, from) > 0) : events;
  if (from && fresh.length === 0 && comparePositions(checkpoint, from) <= 0) return 0;
  await transaction(pool, `begin; ${searchPath(projection)}`, async (tx) => {
    await projectEvents(tx, projection, fresh);
    await moveCheckpoint(tx, projection, from, checkpoint);
  });
  return fresh.length;
}

/**
 * Handlers may name their tables without the schema: it is that of the projection's version. The commit waits for the
 * disk although the events could be projected again: readers are told of positions that then must not be lost.
 */
function searchPath(projection: Projection): string {
  return `set local search_path to ${identifier(projectionSchema(projection))}, public`;
}

/** Turns events into rows inside an open transaction, each in its own tenant's scope. No checkpoint. */
export async function projectEvents(tx: Tx, projection: Projection, events: readonly StoredEvent[]): Promise<void> {
  if (projection.batch) return projectByAccount(tx, projection, events);
  let tenant: string | null | undefined;
  for (const event of events) {
    const handler = handlerOf(projection, event);
    if (!handler) continue;
    const account = accountOf(projection, event);
    // Sent together: should the scope fail, the transaction is aborted and takes the handler's statements with it.
    await Promise.all([account === tenant ? undefined : setTenant(tx, account), handler(tx, event)]);
    tenant = account;
  }
}

async function projectByAccount(tx: Tx, projection: Projection, events: readonly StoredEvent[]): Promise<void> {
  const takesAll = Object.keys(projection.on).length === 0;
  const wanted = events.filter((event) => takesAll || handlerOf(projection, event));
  const groups = new Map<string | null, StoredEvent[]>();
  for (const event of wanted) {
    const account = accountOf(projection, event);
    const group = groups.get(account);
    if (group) group.push(event);
    else groups.set(account, [event]);
  }
  for (const [account, group] of groups) {
    await Promise.all([setTenant(tx, account), projection.batch?.(tx, group)]);
  }
}

function handlerOf(projection: Projection, event: StoredEvent) {
  return Object.hasOwn(projection.on, event.type) ? projection.on[event.type] : undefined;
}

function accountOf(projection: Projection, event: StoredEvent): string | null {
  return projection.accountOf ? projection.accountOf(event) : event.metadata.account_id;
}
