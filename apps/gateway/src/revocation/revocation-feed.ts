import { gatewayPrincipal, serviceIdentity, type ContextSigner } from '@annals/auth';
import { headers, RevocationMarker } from '@annals/contracts';
import type { Dispatcher } from 'undici';
import type { Revocations } from './revocations.js';

export interface RevocationFeed {
  /** Ends the subscription; contexts stop being trusted a few seconds later. */
  stop(): void;
  /** Resolves when the first word has come. */
  connected: Promise<void>;
}

export interface RevocationFeedOptions {
  identity: Dispatcher;
  signer: ContextSigner;
  revocations: Revocations;
  onTrouble: (error: unknown) => void;
  /** Waits before the next attempt, in milliseconds; the last one repeats. */
  backOffMs?: readonly number[];
}

/** Longer than the time after which silence counts: a half-open connection is given up and made anew. */
const SILENT_CONNECTION_MS = 6_000;
const MAX_PENDING = 1_000_000;

/** Follows identity's revocation markers and connects again, from the last marker seen, whenever the line drops. */
export function followRevocations(options: RevocationFeedOptions): RevocationFeed {
  const { backOffMs = [50, 200, 500, 1_000], revocations } = options;
  const stopped = new AbortController();
  let heardFirst: () => void = () => undefined;
  const connected = new Promise<void>((resolve) => (heardFirst = resolve));
  let failures = 0;

  async function run(): Promise<void> {
    while (!stopped.signal.aborted) {
      try {
        await readOnce(options, stopped.signal, () => {
          failures = 0;
          revocations.heard();
          heardFirst();
        });
      } catch (error) {
        if (!stopped.signal.aborted) options.onTrouble(error);
      }
      await pause(backOffMs[Math.min(failures, backOffMs.length - 1)] ?? 0, stopped.signal);
      failures += 1;
    }
  }
  void run();
  return { stop: () => stopped.abort(), connected };
}

/**
 * One connection, until it ends. Only a heartbeat counts as being heard: markers that piled up while the line was down
 * come first, and the heartbeat after them says that none is missing.
 */
async function readOnce(options: RevocationFeedOptions, signal: AbortSignal, heard: () => void): Promise<void> {
  const { identity, signer, revocations } = options;
  const answer = await identity.request({
    path: `/internal/revocations?after=${revocations.lastSeq()}`,
    method: 'GET',
    headers: { accept: 'text/event-stream', [headers.context]: await signer.sign(serviceIdentity(gatewayPrincipal)) },
    headersTimeout: SILENT_CONNECTION_MS,
    bodyTimeout: SILENT_CONNECTION_MS,
    signal,
  });
  if (answer.statusCode !== 200) {
    await answer.body.dump();
    throw new Error(`identity answered ${answer.statusCode} to the revocation feed`);
  }
  let pending = '';
  answer.body.setEncoding('utf8');
  for await (const chunk of answer.body as AsyncIterable<string>) {
    pending += chunk;
    const blocks = pending.split('\n\n');
    pending = blocks.pop() ?? '';
    if (pending.length > MAX_PENDING) throw new Error('a revocation marker without end');
    for (const block of blocks) take(block, revocations, heard);
  }
}

function take(block: string, revocations: Revocations, heard: () => void): void {
  const lines = block.split('\n');
  const data = lines.filter((line) => line.startsWith('data:')).map((line) => line.slice(5).trim());
  const name = lines
    .find((line) => line.startsWith('event:'))
    ?.slice(6)
    .trim();
  if (data.length === 0 || name === 'heartbeat') return heard();
  revocations.apply(RevocationMarker.parse(JSON.parse(data.join('\n'))));
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(done, milliseconds);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done, { once: true });
  });
}
