import { setTimeout as pause } from 'node:timers/promises';
import { decodePosition, type EventStore, type Position } from '@annals/event-store';
import { listen, progressChannel } from '@annals/postgres';
import { appendEvents } from './fill-log.js';
import { percentiles } from './pages.js';

export interface Lag {
  perSecond: number;
  p50: number;
  p99: number;
  /** Appends that failed. */
  errors: number;
}

const perAppend = 5;

/**
 * Milliseconds from an append's call to the commit that makes its audit rows visible, at a fixed rate of events. The
 * projection tells each commit; what an append waited before it was sent counts as well.
 * @param url of the activity database
 */
export async function measureLag(
  store: EventStore,
  url: string,
  accountId: string,
  perSecond: number,
  seconds: number,
): Promise<Lag> {
  const commits: { at: number; position: Position }[] = [];
  const listener = listen(url, progressChannel, (payload) => {
    const [who = '', at = ''] = payload.split(' ');
    if (who.startsWith('audit_log@') && at !== 'live') {
      commits.push({ at: performance.now(), position: decodePosition(at) });
    }
  });
  await listener.ready;
  try {
    const appends = await Promise.allSettled(await sendAll(store, accountId, perSecond, seconds));
    const written = appends.flatMap((append) => (append.status === 'fulfilled' ? [append.value] : []));
    const furthest = written.reduce((most, { position }) => (position.commit > most ? position.commit : most), 0n);
    while ((commits.at(-1)?.position.commit ?? 0n) < furthest) await pause(20);
    const lags = written.map(({ intended, position }) => {
      const shown = commits.find((commit) => commit.position.commit >= position.commit);
      return (shown?.at ?? Number.NaN) - intended;
    });
    return { perSecond, ...percentiles(lags), errors: appends.length - written.length };
  } finally {
    await listener.stop();
  }
}

/** Appends at their intended moments, whatever became of those before. */
async function sendAll(
  store: EventStore,
  accountId: string,
  perSecond: number,
  seconds: number,
): Promise<Promise<{ intended: number; position: Position }>[]> {
  const sent: Promise<{ intended: number; position: Position }>[] = [];
  const startedAt = performance.now();
  const everyMs = (1000 * perAppend) / perSecond;
  for (let n = 0; n * everyMs < seconds * 1000; n++) {
    const intended = startedAt + n * everyMs;
    const wait = intended - performance.now();
    if (wait > 1) await pause(wait);
    const append = appendEvents(store, accountId, perAppend).then(({ position }) => ({ intended, position }));
    // It is counted at the end; until then a failure must not count as unheard.
    append.catch(() => undefined);
    sent.push(append);
  }
  return sent;
}
