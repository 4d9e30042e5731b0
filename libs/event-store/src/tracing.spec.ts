import { context as active, trace, TraceFlags, type Span, type Tracer, type TracerProvider } from '@opentelemetry/api';
import { startEventNode, type EventNode } from '@annals/event-node';
import { connectEventStore } from './connect.js';
import type { EventStore } from './event-store.js';
import { context, notebook, notebookEvents, open, write } from './example-notebook.js';
import { uuidv7 } from './ids.js';
import { subjectKeysInMemory } from './subject-keys-in-memory.js';

interface Recorded {
  name: string;
  attributes: Record<string, unknown>;
  failed: boolean;
  ended: boolean;
}

const traceId = '0af7651916cd43dd8448eb211c80319c';
const spans: Recorded[] = [];

/** Records spans without an SDK: the store only needs the interface. */
function record(): TracerProvider {
  const start = (name: string, attributes: Record<string, unknown> = {}): Span => {
    const recorded: Recorded = { name, attributes: { ...attributes }, failed: false, ended: false };
    const spanId = String(spans.push(recorded)).padStart(16, '0');
    const span = {
      spanContext: () => ({ traceId, spanId, traceFlags: TraceFlags.SAMPLED }),
      setAttribute: (key: string, value: unknown) => ((recorded.attributes[key] = value), span),
      setStatus: () => ((recorded.failed = true), span),
      end: () => void (recorded.ended = true),
    } as unknown as Span;
    return span;
  };
  const tracer = {
    startSpan: (name: string) => start(name),
    startActiveSpan: (name: string, o: { attributes: Record<string, unknown> }, work: (span: Span) => unknown) => {
      const span = start(name, o.attributes);
      return active.with(trace.setSpan(active.active(), span), () => work(span));
    },
  } as unknown as Tracer;
  return { getTracer: () => tracer };
}

let node: EventNode;
let store: EventStore;
beforeAll(async () => {
  node = await startEventNode({ store: 'memory' });
  store = connectEventStore({ url: node.url, events: notebookEvents, keys: subjectKeysInMemory() });
});
afterAll(async () => {
  trace.disable();
  await store.close();
  await node.stop();
});

describe('tracing', () => {
  it('passes the request’s own trace on while nothing is traced here', async () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const outcome = await store.execute(notebook, uuidv7(), open('x', { context: { ...context, traceparent } }));
    expect(outcome.events[0]!.metadata.traceparent).toBe(traceparent);
    const untraced = await store.execute(notebook, uuidv7(), open('x'));
    expect(untraced.events[0]!.metadata.traceparent).toBeUndefined();
  });

  it('makes a span for each append, from which readers of the event go on', async () => {
    trace.setGlobalTracerProvider(record());
    const id = uuidv7();
    const outcome = await store.execute(notebook, id, open('Travels'));
    expect(spans).toMatchObject([
      {
        name: 'append notebook',
        ended: true,
        failed: false,
        attributes: {
          'app.stream': `notebook-${id}`,
          'app.request_id': 'request-1',
          'app.correlation_id': 'correlation-1',
          'account.id': context.account_id,
          'app.event_id': outcome.events[0]!.id,
          'app.position': String(outcome.position!.commit),
        },
      },
    ]);
    expect(outcome.events[0]!.metadata.traceparent).toBe(`00-${traceId}-0000000000000001-01`);
  });

  it('marks the span of an append that failed', async () => {
    await expect(store.execute(notebook, uuidv7(), write('x'.repeat(1_100_000)))).rejects.toThrow();
    expect(spans.at(-1)).toMatchObject({ failed: true, ended: true });
  });
});
