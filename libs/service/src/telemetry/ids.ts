import { randomFillSync } from 'node:crypto';

const pool = Buffer.alloc(4096);
let used = pool.length;

function randomHex(bytes: number): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const hex = pool.toString('hex', used, (used += bytes));
  return /^0+$/.test(hex) ? randomHex(bytes) : hex;
}

export const newTraceId = () => randomHex(16);
export const newSpanId = () => randomHex(8);

let chosen: { traceId: string; spanId: string } | undefined;

/** Lets the one span that `start` makes have ids that were chosen before it: sampling needs them first. */
export function withChosenIds<T>(ids: { traceId: string; spanId: string }, start: () => T): T {
  chosen = ids;
  try {
    return start();
  } finally {
    chosen = undefined;
  }
}

/** The id generator of the OpenTelemetry SDK. */
export const idGenerator = {
  generateTraceId: () => chosen?.traceId ?? newTraceId(),
  generateSpanId: () => chosen?.spanId ?? newSpanId(),
};
