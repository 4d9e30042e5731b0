import { identifier, listen, type Pool } from '@annals/postgres';
import type { Logger } from '@annals/service';
import type { RequestContext } from '@annals/contracts';

export interface LeasedJob {
  id: string;
  account: string;
  requested_by: string;
  request: RequestContext;
  /** This try included. */
  attempts: number;
}

export interface LeasedJobs {
  /** Gives the job at hand back, then ends. */
  stop(): Promise<void>;
}

export interface LeasedJobsOptions {
  pool: Pool;
  logger: Logger;
  /** Table with `account`, `requested_by`, `request`, `attempts`, `leased_until` and `created_at`, and the column of its id. */
  table: string;
  key: string;
  /** Channel that wakes. */
  channel: string;
  /** Done again after a crash, from where it stands. `signal` says that this process goes away: what it throws then gives the job back. */
  run: (job: LeasedJob, signal: AbortSignal) => Promise<void>;
  /** After the last try. */
  giveUp: (job: LeasedJob) => Promise<void>;
  /** Now and then, whether there are jobs or not. */
  sweep: () => Promise<unknown>;
  /** How long after the last sign of life of its worker a job may be taken by another; 20 s unless said. */
  leaseSeconds?: number;
  maxAttempts?: number;
}

/** A notice can be lost while the connection is away. */
const backstopMs = 5_000;
const sweepEveryMs = 60_000;

/**
 * Works jobs off, one at a time. A worker holds a row by a lease, which it renews three times within; when it dies, the lease
 * runs out and another goes on.
 */
export function startLeasedJobs(options: LeasedJobsOptions): LeasedJobs {
  const { pool, logger, table, key, channel, run, giveUp, sweep, leaseSeconds = 20, maxAttempts = 5 } = options;
  const [rows, id] = [identifier(table), identifier(key)];
  const stopping = new AbortController();
  let wake: () => void = () => undefined;
  let woken = false;
  const ring = () => {
    woken = true;
    wake();
  };
  const listener = listen(pool.url, channel, ring, {
    onConnected: ring,
    onError: (error) => logger.warn({ error }, 'notices of jobs are not heard'),
  });

  async function work(): Promise<void> {
    let sweptAt = -Infinity;
    while (!stopping.signal.aborted) {
      woken = false;
      if (performance.now() - sweptAt >= sweepEveryMs) {
        sweptAt = performance.now();
        await sweep().catch((error: unknown) => logger.warn({ error }, 'what is over could not be swept away'));
      }
      const job = await claim().catch((error: unknown) => {
        logger.warn({ error }, 'jobs cannot be read');
        return undefined;
      });
      // The lease runs out by itself, so a job whose end could not be noted is taken up again.
      if (job) await attempt(job).catch((error: unknown) => logger.error({ error }, 'a job could not be ended'));
      else if (!woken) await pause();
    }
  }

  function pause(): Promise<void> {
    return new Promise((done) => {
      const timer = setTimeout(done, backstopMs);
      wake = () => {
        clearTimeout(timer);
        done();
      };
      if (stopping.signal.aborted) wake();
    });
  }

  async function claim(): Promise<LeasedJob | undefined> {
    const claimed = await pool.query<LeasedJob>(
      `update ${rows} set leased_until = now() + make_interval(secs => $1), attempts = attempts + 1
         where ${id} = (select ${id} from ${rows} where leased_until < now() order by created_at
                        limit 1 for update skip locked)
       returning ${id} as id, account, requested_by, request, attempts`,
      [leaseSeconds],
    );
    return claimed.rows[0];
  }

  async function attempt(job: LeasedJob): Promise<void> {
    try {
      await whileKept(job);
    } catch (error) {
      if (stopping.signal.aborted) return giveBack(job);
      logger.warn({ error, attempt: job.attempts }, 'a job could not be done');
      // 1, 2, 4, 8 seconds.
      if (job.attempts < maxAttempts) return lease(job, 2 ** (job.attempts - 1));
      await giveUp(job);
    }
    await pool.query(`delete from ${rows} where ${id} = $1`, [job.id]);
  }

  /** Renews the lease while the job is worked on; not when another has taken it, which counted one attempt more. */
  async function whileKept(job: LeasedJob): Promise<void> {
    const renew = () =>
      lease(job, leaseSeconds).catch((error: unknown) => {
        logger.warn({ error }, 'the lease of a job could not be renewed');
      });
    const timer = setInterval(() => void renew(), (leaseSeconds * 1000) / 3);
    await run(job, stopping.signal).finally(() => clearInterval(timer));
  }

  async function lease(job: LeasedJob, seconds: number): Promise<void> {
    await pool.query(
      `update ${rows} set leased_until = now() + make_interval(secs => $2) where ${id} = $1 and attempts = $3`,
      [job.id, seconds, job.attempts],
    );
  }

  /** At once to whoever comes next, and not counted as a try. */
  async function giveBack(job: LeasedJob): Promise<void> {
    await pool.query(
      `update ${rows} set leased_until = '-infinity', attempts = attempts - 1 where ${id} = $1 and attempts = $2`,
      [job.id, job.attempts],
    );
  }

  const working = work();
  return {
    async stop() {
      stopping.abort();
      wake();
      await working;
      await listener.stop();
    },
  };
}
