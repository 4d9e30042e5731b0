import { trace } from '@opentelemetry/api';
import { SimpleSpanProcessor, TracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace';
import { testDatabase, until } from '@annals/testing';
import { connectBus } from './connect-bus.js';
import { consume } from './consume.js';
import { consumerMigrations } from './consuming/tables.js';
import { createLetters } from './contract/letters.js';
import { parentOf, traceparentOf } from './trace-context.js';

describe('tracing', () => {
  const service = testDatabase({ service: 'reader', migrations: consumerMigrations });
  const log = testDatabase({ service: 'bus' });
  const spans: ReadableSpan[] = [];
  const exporter = {
    export(batch: ReadableSpan[], done: (result: { code: number }) => void) {
      spans.push(...batch);
      done({ code: 0 });
    },
    shutdown: async () => undefined,
  };
  beforeAll(() => {
    trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }));
  });
  afterAll(() => trace.disable());

  it('links the event’s trace, the send and the handling, and marks a failure', async () => {
    const bus = connectBus({ kind: 'postgres', url: log().ownerUrl, clientId: 'tracing' });
    await bus.ensureTopics([{ topic: 'test.traced', partitions: 1 }]);
    const letters = await createLetters();
    const letter = await letters.write('test.traced', 'key', {});
    letter.headers.traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    let calls = 0;
    const consumer = await consume({
      bus,
      pool: service().pool,
      group: 'reader.traces',
      topics: ['test.traced'],
      reader: letters.reader,
      retryDelaysMs: [1],
      async handle() {
        if (calls++ === 0) throw new Error('once');
      },
    });
    await bus.publish('test.traced', [letter]);
    await until('it is handled', () => consumer.counts().handled === 1);
    await bus.close();

    const send = spans.find((span) => span.name === 'send test.traced')!;
    const processed = spans.filter((span) => span.name === 'process test.traced');
    expect(send.spanContext().traceId).toBe('0af7651916cd43dd8448eb211c80319c');
    expect(send.parentSpanContext?.spanId).toBe('b7ad6b7169203331');
    expect(processed.map((span) => span.parentSpanContext?.spanId)).toEqual([
      send.spanContext().spanId,
      send.spanContext().spanId,
    ]);
    expect(processed.map((span) => span.status)).toEqual([{ code: 2, message: 'once' }, { code: 0 }]);
    expect(send.attributes).toMatchObject({
      'messaging.destination.name': 'test.traced',
      'messaging.message.id': letter.id,
    });
    expect(processed[1]!.attributes).toMatchObject({ 'messaging.consumer.group.name': 'reader.traces' });
  });

  it.each([
    undefined,
    '',
    'nonsense',
    `00-${'0'.repeat(32)}-b7ad6b7169203331-01`,
    '01-0af7651916cd43dd8448eb211c80319c',
  ])('begins a trace of its own for the header %j', (header) => {
    const span = trace.getTracer('test').startSpan('root', {}, parentOf(header));
    expect(span.spanContext().traceId).toMatch(/[1-9a-f]/);
    expect(traceparentOf(span)).toBe(`00-${span.spanContext().traceId}-${span.spanContext().spanId}-01`);
    expect((span as unknown as ReadableSpan).parentSpanContext).toBeUndefined();
  });
});
