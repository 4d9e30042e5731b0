import type { Identity } from '../identity.js';
import { writeFailedSignIn, type FailedSignIn } from './failed-sign-in.js';

const everyMs = 60_000;
export interface RepetitionTeller {
  /** Writes down how often what was gathered came. What could not be written is kept for the next time. */
  tell(): Promise<void>;
  /** Tells what is left to tell, and no more after that. */
  stop(): Promise<void>;
}

/**
 * Tells once a minute how often sign-ins failed beyond those that are told one by one.
 * @param options mostKept: summaries kept while the store is away
 */
export function startTellingRepetitions(
  identity: Pick<Identity, 'store' | 'signInFlood' | 'onSignInLost'>,
  onError: (error: unknown) => void,
  { mostKept = 10_000 } = {},
): RepetitionTeller {
  let kept: FailedSignIn[] = [];
  let running: Promise<void> = Promise.resolve();

  async function tellAll(): Promise<void> {
    const all = [...kept, ...identity.signInFlood.drain()];
    kept = all.slice(0, mostKept);
    if (all.length > kept.length) identity.onSignInLost(all.length - kept.length);
    while (kept[0]) {
      await writeFailedSignIn(identity, kept[0]);
      kept.shift();
    }
  }

  const tell = () => (running = running.then(tellAll).catch(onError));
  const timer = setInterval(() => void tell(), everyMs);
  timer.unref();
  return {
    tell,
    async stop() {
      clearInterval(timer);
      await tell();
    },
  };
}
