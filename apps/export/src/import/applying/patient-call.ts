import { setTimeout as pause } from 'node:timers/promises';
import { Problem } from '@annals/contracts';
import type { InternalAnswer, InternalCall, InternalClient } from '@annals/service';

/** A hundred rows on a busy machine. */
const callTimeoutMs = 60_000;

/** How long a service may be away before the import is given back, to be taken up later: about a minute. */
const pausesMs = [250, 500, 1000, 2000, 4000, 8000, 15_000, 30_000] as const;

/** A call that may be made again without harm, made again while the other service is away or busy. */
export async function patientCall(
  client: InternalClient,
  call: InternalCall,
  signal: AbortSignal,
  pauses: readonly number[] = pausesMs,
): Promise<InternalAnswer> {
  for (const ms of pauses) {
    try {
      return await client.call({ ...call, timeoutMs: callTimeoutMs, signal });
    } catch (error) {
      if (!mayPass(error) || signal.aborted) throw error;
    }
    await pause(ms, undefined, { signal });
  }
  return client.call({ ...call, timeoutMs: callTimeoutMs, signal });
}

const mayPass = (error: unknown): boolean =>
  error instanceof Problem && (error.status >= 500 || 'retry-after' in error.headers);
