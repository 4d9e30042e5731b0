import { trace } from '@opentelemetry/api';
import { TracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace';
import { storedEvents } from '@annals/testing';
import { startEventSpans } from './index.js';

const exporter = new InMemorySpanExporter();
const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
beforeAll(() => void trace.setGlobalTracerProvider(provider));
beforeEach(() => exporter.reset());
afterAll(() => {
  trace.disable();
  return provider.shutdown();
});

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const commandSpan = '00f067aa0ba902b7';
const traceparent = `00-${traceId}-${commandSpan}-01`;
const [written] = storedEvents([{ type: 'Written', stream: 'thing-1', metadata: { traceparent } }]);

it('a live event is worked on in the trace of the command that wrote it', () => {
  startEventSpans('project things', [written!], true)();
  const [span] = exporter.getFinishedSpans();
  expect(span!.name).toBe('project things');
  expect(span!.spanContext().traceId).toBe(traceId);
  expect(span!.parentSpanContext?.spanId).toBe(commandSpan);
  expect(span!.attributes).toMatchObject({ 'app.event_id': written!.id, 'app.stream': 'thing-1' });
});

it('a batch of old events has one span of its own, with links to their traces', () => {
  const many = Array.from({ length: 500 }, () => written!);
  startEventSpans('project things', many, false)();
  const [span, ...others] = exporter.getFinishedSpans();
  expect(others).toEqual([]);
  expect(span!.spanContext().traceId).not.toBe(traceId);
  expect(span!.links).toHaveLength(32);
  expect(span!.links[0]!.context.traceId).toBe(traceId);
});

it.each([undefined, 'nonsense', `00-${traceId}-${commandSpan}-00`])('the trace %p has no span', (unrecorded) => {
  const metadata = unrecorded === undefined ? {} : { traceparent: unrecorded };
  startEventSpans('project things', storedEvents([{ type: 'Written', stream: 'thing-1', metadata }]), true)();
  expect(exporter.getFinishedSpans()).toEqual([]);
});

it('work that fails says so in its span', () => {
  startEventSpans('project things', [written!], true)(new Error('no room'));
  const [span] = exporter.getFinishedSpans();
  expect(span!.events[0]!.attributes).toMatchObject({ 'exception.message': 'no room' });
});
