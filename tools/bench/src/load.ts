import { build as buildHistogram, type Histogram } from 'hdr-histogram-js';
import { Pool } from 'undici';

/** One request of a workload. */
export interface Shot {
  method: 'GET' | 'PATCH' | 'PUT' | 'POST';
  path: string;
  headers: Record<string, string>;
  body?: string;
}

export interface Load {
  baseUrl: string;
  connections: number;
  seconds: number;
  /** The n-th request; called in order. */
  readonly shot: (n: number) => Shot;
  /** Told the status of every answer. */
  readonly onStatus?: (status: number) => void;
}

export interface Measured {
  requests: number;
  errors: number;
  seconds: number;
  /** Latencies in microseconds. */
  p50: number;
  p95: number;
  p99: number;
  max: number;
}

const newHistogram = () =>
  buildHistogram({ lowestDiscernibleValue: 1, highestTrackableValue: 60_000_000, numberOfSignificantValueDigits: 3 });
const microseconds = () => Number(process.hrtime.bigint() / 1000n);

const summary = (latencies: Histogram, errors: number, seconds: number): Measured => ({
  requests: latencies.totalCount,
  errors,
  seconds,
  p50: latencies.getValueAtPercentile(50),
  p95: latencies.getValueAtPercentile(95),
  p99: latencies.getValueAtPercentile(99),
  max: latencies.maxValue,
});

async function fire(pool: Pool, shot: Shot, onStatus?: (status: number) => void): Promise<boolean> {
  const { statusCode, body } = await pool.request({ ...shot, body: shot.body ?? null });
  await body.dump();
  onStatus?.(statusCode);
  return statusCode < 400;
}

/** Closed loop: every connection sends its next request when the last was answered. For capacity. */
export async function closedLoop(load: Load): Promise<Measured> {
  const pool = new Pool(load.baseUrl, { connections: load.connections, pipelining: 1 });
  const latencies = newHistogram();
  let errors = 0;
  let n = 0;
  const start = microseconds();
  const end = start + load.seconds * 1_000_000;
  const connection = async () => {
    for (let now = microseconds(); now < end; now = microseconds()) {
      if (!(await fire(pool, load.shot(n++), load.onStatus))) errors += 1;
      latencies.recordValue(microseconds() - now);
    }
  };
  await Promise.all(Array.from({ length: load.connections }, connection));
  const seconds = (microseconds() - start) / 1_000_000;
  await pool.close();
  return summary(latencies, errors, seconds);
}

/** Open loop at a fixed rate: latency counts from the moment a request was due, not from when it could be sent. */
export async function openLoop(load: Load & { perSecond: number }): Promise<Measured> {
  const pool = new Pool(load.baseUrl, { connections: load.connections, pipelining: 1 });
  const latencies = newHistogram();
  const total = Math.floor(load.perSecond * load.seconds);
  const gap = 1_000_000 / load.perSecond;
  let errors = 0;
  const start = microseconds();
  const pending: Promise<void>[] = [];
  for (let n = 0; n < total;) {
    for (; n < total && start + n * gap <= microseconds(); n++) {
      const due = start + n * gap;
      pending.push(
        fire(pool, load.shot(n)).then((ok) => {
          if (!ok) errors += 1;
          latencies.recordValue(Math.max(1, Math.round(microseconds() - due)));
        }),
      );
    }
    await new Promise((next) => setImmediate(next));
  }
  await Promise.all(pending);
  const seconds = (microseconds() - start) / 1_000_000;
  await pool.close();
  return summary(latencies, errors, seconds);
}
