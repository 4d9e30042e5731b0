import { listen, type Pool } from '@annals/postgres';
import { mountInside, type Response } from '@annals/service';
import { z } from 'zod';
import { revocationChannel, revocationPage, revocationsAfter } from './revocations.js';

/** A gateway that hears nothing for five seconds stops trusting what it remembers. */
const heartbeatMs = 1000;

export interface RevocationFeed {
  /**
   * Writes every marker after `after`, then each new one as it comes, and a heartbeat each second. A heartbeat follows
   * a successful look into the database, so it proves that no marker is missing. Resolves when the client has gone.
   */
  follow(after: number, client: Response): Promise<void>;
  /** Ends all of them. */
  stop(): Promise<void>;
}

/** @param listenUrl where notifications are heard; they only make it faster */
export function createRevocationFeed(pool: Pool, listenUrl: string, onError: (error: Error) => void): RevocationFeed {
  const sleepers = new Set<() => void>();
  let news = 0;
  let stopped = false;
  const wakeAll = () => {
    news += 1;
    for (const wake of sleepers) wake();
  };
  const listener = listen(listenUrl, revocationChannel, wakeAll, { onConnected: wakeAll, onError });

  /** Until something new was heard since `seen`, or a heartbeat is due, or the client has gone. */
  function nap(client: Response, seen: number): Promise<void> {
    if (news !== seen || stopped || client.destroyed) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        client.off('close', wake);
        sleepers.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, heartbeatMs);
      client.once('close', wake);
      sleepers.add(wake);
    });
  }

  return {
    async follow(after, client) {
      let seq = after;
      while (!stopped && !client.destroyed) {
        const seen = news;
        const markers = await revocationsAfter(pool, seq);
        const lines = markers.map((marker) => `id: ${marker.seq}\ndata: ${JSON.stringify(marker)}\n\n`);
        seq = markers.at(-1)?.seq ?? seq;
        // A heartbeat says that everything has been told: not after a full page, which more may follow.
        const told = markers.length < revocationPage;
        await write(client, lines.join('') + (told ? `event: heartbeat\ndata: {"seq":${seq}}\n\n` : ''));
        if (told) await nap(client, seen);
      }
    },
    async stop() {
      stopped = true;
      wakeAll();
      await listener.stop();
    },
  };
}

function write(client: Response, text: string): Promise<void> {
  if (client.destroyed || client.write(text)) return Promise.resolve();
  return new Promise((resolve) => {
    const go = () => {
      client.off('drain', go).off('close', go);
      resolve();
    };
    client.once('drain', go).once('close', go);
  });
}

export const revocations = (feed: RevocationFeed) =>
  mountInside(
    {
      method: 'GET',
      path: '/internal/revocations',
      principals: ['gateway'],
      query: z.strictObject({ after: z.coerce.number().int().min(0).default(0) }),
    },
    async ({ query }) => ({
      status: 200,
      headers: { 'content-type': 'text/event-stream' },
      stream: (client) => feed.follow(query.after, client),
    }),
  );
