import { comparePositions, decodePosition, type EventStore, type StoredEvent } from '@annals/event-store';
import { causalTree, drawTree } from './causal-tree.js';
import { hadHappened, stateOf, type Moment } from './field-history.js';
import { maskEvent } from './masking.js';
import { eventJson, eventLine } from './printing.js';
import { parseTime, selects, type Selection } from './selection.js';

/** What every command gets: the events, the pseudonyms' secret, and where its lines go. */
export interface Replay {
  store: EventStore;
  secret: string;
  json: boolean;
  readonly print: (line: string) => void;
}

const source = (store: EventStore, selection: Selection): AsyncIterable<StoredEvent> =>
  selection.stream ? store.readStream(selection.stream) : store.readAll({ from: selection.fromPosition });

async function* selected(store: EventStore, selection: Selection): AsyncIterable<StoredEvent> {
  let found = 0;
  for await (const event of source(store, selection)) {
    if (!selects(selection, event)) continue;
    yield event;
    found += 1;
    if (found >= selection.limit) return;
  }
}

const printEvent = (replay: Replay, event: StoredEvent) =>
  replay.print(replay.json ? eventJson(event, maskEvent(event, replay.secret)) : eventLine(event));

/** `ls`: one line per event. */
export async function list(replay: Replay, selection: Selection): Promise<void> {
  for await (const event of selected(replay.store, selection)) printEvent(replay, event);
}

/** `show`: whole events, personal fields masked. */
export async function show(replay: Replay, selection: Selection): Promise<void> {
  for await (const event of selected(replay.store, selection)) {
    const json = eventJson(event, maskEvent(event, replay.secret));
    replay.print(replay.json ? json : JSON.stringify(JSON.parse(json), null, 2));
  }
}

/** `tail`: the last events, then every new one until it is stopped. */
export async function tail(
  replay: Replay,
  selection: Selection,
  categories: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const last: StoredEvent[] = [];
  for await (const event of replay.store.readAll({ backwards: true })) {
    if (selects(selection, event)) last.unshift(event);
    if (last.length >= Math.min(selection.limit, 10)) break;
  }
  last.forEach((event) => printEvent(replay, event));
  let position = last.at(-1)?.position ?? null;
  const subscription = replay.store.subscribe({
    name: 'replay-tail',
    categories: selection.category ? [selection.category] : categories,
    from: async () => position,
    signal,
    handle: async ({ events, checkpoint }) => {
      for (const event of events) {
        if (selects(selection, event) && (!position || comparePositions(event.position, position) > 0))
          printEvent(replay, event);
      }
      position = checkpoint;
    },
  });
  await new Promise<void>((done) => signal.addEventListener('abort', () => done(), { once: true }));
  await subscription.stop();
}

/** `trace`: what one request set off, as a tree of causes. `id` is a correlation or request id. */
export async function trace(replay: Replay, id: string): Promise<void> {
  const events: StoredEvent[] = [];
  for await (const event of replay.store.readAll({ open: false })) {
    if (event.metadata.$correlationId === id || event.metadata.request_id === id) events.push(event);
  }
  if (events.length === 0) throw new Error(`No event carries the correlation or request id ${id}`);
  const traceIds = [...new Set(events.flatMap((event) => event.metadata.traceparent?.split('-')[1] ?? []))];
  replay.print(`${events.length} events; trace ${traceIds.join(', ') || 'not recorded'}`);
  drawTree(causalTree(events), ({ event }) => eventLine(event)).forEach((line) => replay.print(line));
}

/** Reads `--at`: a revision (a number), a position (two numbers) or a time. */
export function parseMoment(text: string | undefined, now: number): Moment {
  if (text === undefined) return { time: Number.POSITIVE_INFINITY };
  if (/^\d+$/.test(text)) return { revision: BigInt(text) };
  if (/^\d+-\d+$/.test(text)) return { position: decodePosition(text) };
  return { time: parseTime(text, now) };
}

/** `state`: what a stream amounted to at a moment. */
export async function state(replay: Replay, stream: string, moment: Moment): Promise<void> {
  const happened: { event: StoredEvent; data: Record<string, unknown> }[] = [];
  for await (const event of replay.store.readStream(stream)) {
    if (!hadHappened(event, moment)) break;
    happened.push({ event, data: maskEvent(event, replay.secret) });
  }
  const last = happened.at(-1);
  if (!last) throw new Error(`${stream} had no event at that moment`);
  const value = {
    stream,
    revision: last.event.revision.toString(),
    recorded_at: last.event.recordedAt.toISOString(),
    state: stateOf(happened),
  };
  replay.print(JSON.stringify(value, null, replay.json ? undefined : 2));
}
