import type { Timing } from '../context/resolve-context.js';

/** Who sees what context resolution cost: nobody, requests that ask with `x-server-timing`, or all. Checks are the same. */
export type TimingPolicy = 'off' | 'request' | 'always';

export function wantsTiming(policy: TimingPolicy, header: string | string[] | undefined): boolean {
  return policy === 'always' || (policy === 'request' && header !== undefined);
}

/** Value of `Server-Timing` (W3C Server Timing §2): each step of the resolution in milliseconds, and where it came from. */
export function serverTiming(totalMs: number, steps: Timing | null): string {
  const source = steps ? 'derived' : 'cached';
  const parts = Object.entries(steps ?? {}).map(([step, ms]) => `context-${step};dur=${ms.toFixed(3)}`);
  return [`context;dur=${totalMs.toFixed(3)};desc=${source}`, ...parts].join(', ');
}
