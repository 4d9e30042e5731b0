import type { Batch, Position, StoredEvent, SubscriptionState } from '@annals/event-store';
import type { Pool } from './pool.js';
import { projectBatch } from './project.js';
import type { Projection } from './projection.js';
import type { ProjectionStatus } from './projection-status.js';
import { startEventSpans } from './project-span.js';
import { isPoison, PoisonEvent, projectOneByOne, type StuckEvent } from './stuck.js';

/** What one committed batch was like. */
export interface BatchReport {
  projection: string;
  version: number;
  events: number;
  /** Time from receiving the batch to its commit, in milliseconds. */
  milliseconds: number;
  /** Age of the batch's first event at commit, in seconds. */
  lag_seconds: number;
  live: boolean;
}

export interface ProjectorOptions {
  projection: Projection;
  pool: Pool;
  onCommitted: (position: Position) => void;
  onBatch?: (report: BatchReport) => void;
  onError?: (error: Error) => void;
}

/** Tries of one event before its projection counts as halted. The subscription goes on trying, ever more slowly. */
const triesBeforeHalt = 3;

/** The work of a leader: batches in, committed rows out, with the tale of what went wrong. */
export function createProjector(options: ProjectorOptions) {
  const { projection, pool } = options;
  let position: Position | null = null;
  let oldestPending: Date | undefined;
  let newestDone: Date | undefined;
  let stuck: StuckEvent | undefined;
  let eventsHandled = 0;
  let batches = 0;
  let failures = 0;

  const saved = (to: Position) => {
    position = to;
    options.onCommitted(to);
  };

  async function project({ events, checkpoint }: Batch): Promise<void> {
    try {
      eventsHandled += await projectBatch(pool, projection, position, events, checkpoint);
    } catch (error) {
      if (!isPoison(error) || events.length === 0) throw error;
      await projectOneByOne(pool, projection, position, events, saved);
      await projectBatch(pool, projection, position, [], checkpoint);
    }
    saved(checkpoint);
  }

  async function handle(batch: Batch, live: boolean): Promise<void> {
    const begun = performance.now();
    oldestPending = batch.events[0]?.recordedAt;
    const endSpans = startEventSpans(`project ${projection.name}`, batch.events, live);
    try {
      await project(batch);
    } catch (error) {
      failures += 1;
      stuck = error instanceof PoisonEvent ? stuckAt(error, stuck) : stuck;
      endSpans(error);
      options.onError?.(error as Error);
      throw error;
    }
    endSpans();
    stuck = undefined;
    batches += 1;
    options.onBatch?.({
      projection: projection.name,
      version: projection.version,
      events: batch.events.length,
      milliseconds: performance.now() - begun,
      lag_seconds: ageOf(oldestPending),
      live,
    });
    newestDone = batch.events.at(-1)?.recordedAt ?? newestDone;
    oldestPending = undefined;
  }

  function status(
    subscription: SubscriptionState | undefined,
  ): Omit<ProjectionStatus, 'name' | 'version' | 'role' | 'position'> {
    const halted = stuck !== undefined && stuck.attempts >= triesBeforeHalt;
    const pending = oldestPending ?? (subscription?.status === 'live' ? undefined : newestDone);
    return {
      status: statusOf(subscription, halted),
      lag_seconds: subscription ? ageOf(pending) : 0,
      events_handled: eventsHandled,
      batches,
      failures,
      restarts: subscription?.restarts ?? 0,
      ...(subscription?.error ? { error: subscription.error.message } : {}),
      ...(stuck ? { stuck } : {}),
    };
  }

  return {
    /** Where the stored checkpoint is: asked before every (re)start of the subscription. */
    startAt(from: Position | null) {
      position = from;
    },
    handle,
    status,
  };
}

/** A subscription that gives up for now because a store is away is not halted: only an event can halt a projection. */
function statusOf(subscription: SubscriptionState | undefined, halted: boolean): ProjectionStatus['status'] {
  if (!subscription) return 'following';
  if (halted) return 'halted';
  return subscription.status === 'halted' ? 'backing-off' : subscription.status;
}

function ageOf(moment: Date | undefined): number {
  return moment ? Math.max(0, (Date.now() - moment.getTime()) / 1000) : 0;
}

function stuckAt({ event, cause }: PoisonEvent, before: StuckEvent | undefined): StuckEvent {
  const { id, type, stream } = event satisfies StoredEvent;
  return {
    ...{ id, type, stream, revision: String(event.revision) },
    attempts: before?.id === id ? before.attempts + 1 : 1,
    error: cause instanceof Error ? cause.message : String(cause),
  };
}
