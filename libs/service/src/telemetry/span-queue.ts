import { ExportResultCode } from '@opentelemetry/core';
import type { ReadableSpan, SpanExporter, SpanProcessor } from '@opentelemetry/sdk-trace';
import { scopeAttributes } from './spans.js';

export interface SpanQueueOptions {
  exporter: SpanExporter;
  /** Told how many spans were lost: the queue was full, or an exporter failed. */
  onDropped: (count: number, reason: 'queue_full' | 'export_failed') => void;
  /** Spans that may wait; 4,096 unless said. */
  capacity?: number;
  /** Milliseconds between two exports; 500 unless said. */
  interval?: number;
}

const batchSize = 512;

/**
 * Ended spans wait here, at most `capacity` of them, for an exporter that runs beside the work. Each exporter has a
 * queue of its own: a dead collector costs its spans, never the request and never the local file.
 */
export function createSpanQueue(options: SpanQueueOptions): SpanProcessor {
  const { exporter, onDropped, capacity = 4096, interval = 500 } = options;
  let waiting: ReadableSpan[] = [];
  let flushing: Promise<void> | undefined;
  const timer = setInterval(() => void flush(), interval).unref();

  return {
    onStart: (span, parent) => void span.setAttributes(scopeAttributes(parent)),
    onEnd(span) {
      if (waiting.length >= capacity) return onDropped(1, 'queue_full');
      waiting.push(span);
      if (waiting.length >= batchSize) void flush();
    },
    forceFlush: flush,
    async shutdown() {
      clearInterval(timer);
      await flush();
      await exporter.shutdown();
    },
  };

  /** One export at a time: whoever comes meanwhile waits for that one and then takes the rest along. */
  async function flush(): Promise<void> {
    while (flushing) await flushing;
    if (waiting.length === 0) return;
    flushing = exportAll().finally(() => (flushing = undefined));
    await flushing;
  }

  async function exportAll(): Promise<void> {
    const spans = waiting;
    waiting = [];
    for (let start = 0; start < spans.length; start += batchSize) {
      await exportBatch(spans.slice(start, start + batchSize));
    }
  }

  function exportBatch(batch: ReadableSpan[]): Promise<void> {
    return new Promise((resolve) => {
      exporter.export(batch, (result) => {
        if (result.code !== ExportResultCode.SUCCESS) onDropped(batch.length, 'export_failed');
        resolve();
      });
    });
  }
}
