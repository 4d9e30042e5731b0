import { type NoteSigner } from '@annals/ledger';
import { type Objects } from '@annals/objects';
import { listen, type Pool, standForLeader } from '@annals/postgres';
import { type Logger } from '@annals/service';
import { createBell } from './bell.js';
import { SignedPastLost } from './continuity.js';
import { isDue } from './due.js';
import { assertNewestKnown, bringRounds, OtherRoundWitnessed } from './second-place.js';
import { lastRound, signRound } from './sign-round.js';
import { countEntries } from './standings.js';

/** Channel on which a round is wished for. */
export const wantedChannel = 'annals_audit_wanted';

/** What `keepSigning` reads the time from. */
export interface Clock {
  now(): Date;
  /** Milliseconds that never go back. */
  elapsed(): number;
}

export interface KeepSigning {
  pool: Pool;
  signer: NoteSigner;
  secondPlace: Objects;
  logger: Logger;
  /** Resolves when the logs show everything that was there at the call. */
  caughtUp(): Promise<void>;
  clock?: Clock;
  /** How often it is looked whether a round is due, in milliseconds; a second unless said. */
  lookEveryMs?: number;
}

export interface Signing {
  /** Why nothing is signed; null while all is well, or while another process signs. */
  refusal(): Error | null;
  /** Rounds that are not in the second place yet, as this process last saw it. */
  unwitnessed(): number;
  stop(): Promise<void>;
}

const systemClock: Clock = { now: () => new Date(), elapsed: () => performance.now() };
/** After a round, it is rested this many times as long as it took: many who ask must not fill the process. */
const restFactor = 4;
const longestRestMs = 10_000;

/** Signs rounds for ever, in one process at a time, and brings each to the second place. */
export function keepSigning(options: KeepSigning): Signing {
  const { pool, signer, secondPlace, logger, clock = systemClock, lookEveryMs = 1_000 } = options;
  const bell = createBell();
  let asked = false;
  let refusal: Error | null = null;
  /** What the second place holds against what is here. */
  let contradiction: Error | null = null;
  let unwitnessed = 0;
  const listener = listen(pool.url, wantedChannel, () => {
    asked = true;
    bell.ring();
  });

  async function lead(lost: AbortSignal): Promise<void> {
    // Until then the tables may show less than was signed, and nothing is wrong with that.
    await Promise.race([options.caughtUp(), aborted(lost)]);
    let signedAt: number | null = null;
    let thorough = true;
    let bringing: Promise<void> = Promise.resolve();
    while (!lost.aborted) {
      const begun = clock.elapsed();
      const last = await lastRound(pool);
      const unsigned = (await countEntries(pool)) - (last?.entries ?? 0);
      if (isDue({ age: signedAt === null ? null : begun - signedAt, unsigned, asked })) {
        asked = false;
        const fine = await attempt(last?.round ?? 0, thorough);
        thorough = !fine;
        // From its beginning: what came while it was made waits no longer for the next one.
        signedAt = begun;
        bringing = bringing.then(bring);
      }
      await pause(Math.min(restFactor * (clock.elapsed() - begun), longestRestMs), lost);
      if (!asked) await bell.wait(lookEveryMs, lost);
    }
    await bringing;
    refusal = null;
  }

  /** @returns whether a round was signed */
  async function attempt(last: number, thorough: boolean): Promise<boolean> {
    try {
      if (contradiction) throw contradiction;
      if (thorough) await witnessKnows(last);
      await signRound(pool, { signer, thorough, now: clock.now() });
      if (refusal) logger.info({}, 'rounds of the audit logs are signed again');
      refusal = null;
      return true;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      refuse(error);
      return false;
    }
  }

  /** A second place that is away does not keep rounds from being signed. */
  async function witnessKnows(last: number): Promise<void> {
    await assertNewestKnown(secondPlace, last).catch((error: unknown) => {
      if (error instanceof OtherRoundWitnessed) throw error;
      logger.warn({ dependency: 'second place', error }, 'the second place of signed rounds does not answer');
    });
  }

  async function bring(): Promise<void> {
    try {
      unwitnessed = await bringRounds(pool, secondPlace);
      contradiction = null;
    } catch (error) {
      unwitnessed = Math.max(unwitnessed, 1);
      if (isRefusal(error)) refuse((contradiction = error));
      else logger.warn({ dependency: 'second place', error }, 'signed rounds wait for the second place');
    }
  }

  function refuse(error: Error): void {
    refusal = error;
    logger.error({ error }, 'rounds of the audit logs are not signed');
  }

  const leadership = standForLeader({
    ...{ url: pool.url, name: 'audit rounds', lead },
    onError: (error) => logger.error({ error }, 'signing rounds of the audit logs failed'),
  });
  return {
    refusal: () => refusal,
    unwitnessed: () => unwitnessed,
    async stop() {
      await leadership.stop();
      await listener.stop();
    },
  };
}

const isRefusal = (error: unknown): error is Error =>
  error instanceof SignedPastLost || error instanceof OtherRoundWitnessed;

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await createBell().wait(Math.min(ms, 5_000), signal);
}
