import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { type InMsg } from '../bus.js';
import { parentOf } from '../trace-context.js';

const tracer = trace.getTracer('@annals/messaging');

/** Runs the handling of a message in a span `process <topic>`, child of the span that sent it. */
export async function inProcessSpan<T>(
  system: string,
  group: string,
  message: InMsg,
  work: () => Promise<T>,
): Promise<T> {
  const parent = parentOf(message.headers.traceparent);
  const span = tracer.startSpan(
    `process ${message.topic}`,
    {
      kind: SpanKind.CONSUMER,
      attributes: {
        'messaging.system': system,
        'messaging.operation.name': 'process',
        'messaging.operation.type': 'process',
        'messaging.destination.name': message.topic,
        'messaging.destination.partition.id': String(message.partition),
        'messaging.consumer.group.name': group,
        'messaging.message.id': message.id,
        'messaging.kafka.offset': Number(message.offset),
        'cloudevents.event_type': message.type,
      },
    },
    parent,
  );
  try {
    return await context.with(trace.setSpan(parent, span), work);
  } catch (error) {
    const reason = error instanceof Error ? error : new Error(String(error));
    span.recordException(reason);
    span.setStatus({ code: SpanStatusCode.ERROR, message: reason.message });
    throw error;
  } finally {
    span.end();
  }
}
