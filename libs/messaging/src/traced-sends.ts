import { SpanKind, SpanStatusCode, trace, type Span } from '@opentelemetry/api';
import { type Bus, type OutMsg } from './bus.js';
import { parentOf, traceparentOf } from './trace-context.js';

const tracer = trace.getTracer('@annals/messaging');

/**
 * A bus whose publishes leave one span `send <topic>` per message, child of the message's `traceparent`; the message
 * goes on with the span's own. Names follow OpenTelemetry's semantic conventions for messaging.
 */
export function traceSends(bus: Bus): Bus {
  return {
    ...bus,
    async publish(topic, batch) {
      const spans = batch.map((message) => startSend(bus.kind, topic, message));
      const traced = batch.map((message, index) => withTraceparent(message, traceparentOf(spans[index]!)));
      try {
        const published = await bus.publish(topic, traced);
        spans.forEach((span, index) => {
          span.setAttribute('messaging.destination.partition.id', String(published[index]!.partition));
        });
        return published;
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        spans.forEach((span) => span.setStatus({ code: SpanStatusCode.ERROR, message }));
        throw error;
      } finally {
        spans.forEach((span) => span.end());
      }
    },
  };
}

function startSend(system: string, topic: string, message: OutMsg): Span {
  const attributes = {
    'messaging.system': system,
    'messaging.operation.name': 'send',
    'messaging.operation.type': 'send',
    'messaging.destination.name': topic,
    'messaging.message.id': message.id,
    'cloudevents.event_type': message.type,
  };
  const parent = parentOf(message.headers.traceparent);
  return tracer.startSpan(`send ${topic}`, { kind: SpanKind.PRODUCER, attributes }, parent);
}

function withTraceparent(message: OutMsg, traceparent: string | undefined): OutMsg {
  return traceparent === undefined ? message : { ...message, headers: { ...message.headers, traceparent } };
}
