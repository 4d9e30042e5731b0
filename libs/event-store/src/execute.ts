import type { DomainEvent } from '@annals/contracts';
import type { Aggregate, Command, Outcome } from './aggregate.js';
import { append } from './append.js';
import { backoffMs, pause } from './backoff.js';
import { emptyFold, foldedWith, type Fold } from './fold.js';
import { foldFrom, cachedFold, presentFold } from './load.js';
import { prepare, type Prepared } from './prepare.js';
import { concurrentChange, idempotencyKeyReused, staleRevision } from './problems.js';
import { readStream } from './read-stream.js';
import type { StoredEvent } from './stored-event.js';
import type { StoreParts } from './store-parts.js';
import { inSpan, traceparentOf } from './tracing.js';

const tries = 4;
const backoff = { first: 5, cap: 40 };

/** A fold to decide on. One from the cache may be behind; the append at its exact revision finds that out. */
interface Basis<S> {
  fold: Fold<S>;
  certain: boolean;
}

/**
 * The one write path. Decides first on the cached fold: if that was behind, either the append conflicts, or the
 * answer is one that is checked against the present stream before it is given.
 */
export async function execute<S, E extends DomainEvent>(
  parts: StoreParts,
  aggregate: Aggregate<S>,
  stream: string,
  command: Command<S, E>,
): Promise<Outcome<S>> {
  const cached = await cachedFold(parts, aggregate, stream);
  let basis: Basis<S> = cached
    ? { fold: cached, certain: false }
    : { fold: await presentFold(parts, aggregate, stream), certain: true };
  for (let conflicts = 0; ;) {
    const step = await decideAndAppend(parts, aggregate, stream, command, basis);
    if (step.kind === 'done') return step.outcome;
    if (step.kind === 'conflict') {
      conflicts += 1;
      if (conflicts === tries) throw concurrentChange();
      // The first conflict may only mean that the cached fold was behind.
      if (conflicts > 1) await pause(backoffMs(backoff, conflicts - 1));
    }
    basis = { fold: await presentFold(parts, aggregate, stream), certain: true };
  }
}

type Step<S> = { kind: 'done'; outcome: Outcome<S> } | { kind: 'conflict' } | { kind: 'look-again' };

async function decideAndAppend<S, E extends DomainEvent>(
  parts: StoreParts,
  aggregate: Aggregate<S>,
  stream: string,
  command: Command<S, E>,
  { fold, certain }: Basis<S>,
): Promise<Step<S>> {
  const seen = fold.commands.get(command.id);
  if (seen) {
    if (seen.hash !== command.hash) throw idempotencyKeyReused();
    return { kind: 'done', outcome: await replayed(parts, aggregate, stream, command.id, seen.last) };
  }
  const stale = command.expectedRevision !== undefined && command.expectedRevision !== fold.revision;
  if (stale && certain) throw staleRevision(fold.revision);
  if (stale) return { kind: 'look-again' };

  let events: readonly E[];
  try {
    events = command.decide(fold.state);
  } catch (refusal) {
    if (certain) throw refusal;
    return { kind: 'look-again' };
  }
  if (events.length === 0) {
    if (!certain) return { kind: 'look-again' };
    const { state, revision, position } = fold;
    const outcome = { kind: 'unchanged', state, revision, position, events: [], category: aggregate.category } as const;
    return { kind: 'done', outcome: { ...outcome, events: [] } };
  }
  return write(parts, aggregate, stream, command, events, fold);
}

function write<S, E extends DomainEvent>(
  parts: StoreParts,
  aggregate: Aggregate<S>,
  stream: string,
  command: Command<S, E>,
  events: readonly E[],
  fold: Fold<S>,
): Promise<Step<S>> {
  const { request_id, correlation_id } = command.context;
  const attributes = { 'app.stream': stream, 'app.request_id': request_id, 'app.correlation_id': correlation_id };
  return inSpan(`append ${aggregate.category}`, attributes, async (span) => {
    const prepared = await prepare(stream, command, events, traceparentOf(span), parts);
    span.setAttribute('app.event_id', prepared.events[0]!.id);
    if (prepared.events[0]!.metadata.account_id)
      span.setAttribute('account.id', prepared.events[0]!.metadata.account_id);
    const result = await append(parts.connection, stream, prepared.toSend, fold.revision, parts.appendTimeoutMs).catch(
      (error: unknown) => {
        // What really happened is for the next command to read.
        parts.folds.delete(aggregate, stream);
        throw error;
      },
    );
    if (result.kind === 'conflict') {
      span.setAttribute('app.conflict', true);
      return { kind: 'conflict' };
    }
    if (result.position) span.setAttribute('app.position', String(result.position.commit));
    return { kind: 'done', outcome: appended(parts, aggregate, stream, prepared, fold, result.position, command.now) };
  });
}

function appended<S>(
  parts: StoreParts,
  aggregate: Aggregate<S>,
  stream: string,
  prepared: Prepared,
  before: Fold<S>,
  position: Outcome<S>['position'],
  now: string,
): Outcome<S> {
  let fold = before;
  const recordedAt = new Date(now);
  const events: StoredEvent[] = [];
  for (const event of prepared.events) {
    const revision: bigint = (fold.revision ?? -1n) + 1n;
    fold = foldedWith(aggregate, fold, { ...event, revision, position });
    events.push({ ...event, stream, revision, position: position ?? { commit: 0n, prepare: 0n }, recordedAt });
  }
  for (const subject of prepared.subjects) fold.subjects.add(subject);
  for (const id of prepared.keyIds) fold.keyIds.add(id);
  parts.folds.set(aggregate, stream, fold);
  const { state, revision } = fold;
  return { kind: 'appended', state, revision, position: fold.position, events, category: aggregate.category };
}

/** The outcome an earlier run of the command had: its own events, and the state after the last of them. */
async function replayed<S>(
  parts: StoreParts,
  aggregate: Aggregate<S>,
  stream: string,
  commandId: string,
  last: bigint,
): Promise<Outcome<S>> {
  const fold = await foldFrom(parts, aggregate, stream, emptyFold(aggregate), last);
  const events: StoredEvent[] = [];
  for await (const event of readStream(parts, stream, { to: last })) {
    if (event.metadata.command_id === commandId) events.push(event);
  }
  const { state, revision, position } = fold;
  return { kind: 'replayed', state, revision, position, events, category: aggregate.category };
}
