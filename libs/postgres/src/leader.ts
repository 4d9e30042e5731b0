import type { Client } from 'pg';
import { keepConnection, pushable } from './shared-connection.js';

export interface Leadership {
  /** Resolves when this process has given it up. */
  stop(): Promise<void>;
}

export interface LeaderOptions {
  url: string;
  /** What there is one leader of, in this database. */
  name: string;
  /** Runs while this process leads; must end soon after `lost` fires. Called again after leadership is won again. */
  lead(lost: AbortSignal): Promise<void>;
  /** Told when another process leads and this one stands ready. */
  follow?: () => void;
  onError?: (error: Error) => void;
}

interface Candidate extends LeaderOptions {
  stopped: boolean;
  /** Told already that somebody else leads. */
  following: boolean;
  reign?: { lost: AbortController; ended: Promise<void> };
  /** A reign that ended by itself is not begun again before this moment, in monotonic milliseconds. */
  restsUntil: number;
  restMs: number;
}

interface Desk {
  add(candidate: Candidate): void;
  remove(candidate: Candidate): Promise<void>;
}

/** How often a process looks whether it can take over from one that is gone. */
const lookEveryMs = 500;
const firstRestMs = 100;
const longestRestMs = 5_000;
const desks = new Map<string, Desk>();

/**
 * At most one process leads at a time; the others stand ready and take over within half a second. All candidates of a
 * process on one database share one connection, whose session holds the locks.
 * The lock saves useless contention only. A leader that was cut off may run on for a moment; the checkpoint guard stops it.
 */
export function standForLeader(options: LeaderOptions): Leadership {
  const desk = desks.get(options.url) ?? openDesk(options.url);
  const candidate: Candidate = {
    ...options,
    ...{ stopped: false, following: false, restsUntil: 0, restMs: firstRestMs },
  };
  desk.add(candidate);
  return { stop: () => desk.remove(candidate) };
}

function openDesk(url: string): Desk {
  const candidates = new Set<Candidate>();
  const changed = pushable();

  /** Those who could lead now: of one name the one that came first, and nobody while that name is led from here. */
  function waiting(): Candidate[] {
    const names = new Set([...candidates].filter(({ reign }) => reign).map(({ name }) => name));
    return [...candidates].filter(({ name, stopped, restsUntil, reign }) => {
      if (stopped || reign || names.has(name) || restsUntil > performance.now()) return false;
      names.add(name);
      return true;
    });
  }

  async function serve(client: Client, lost: AbortSignal): Promise<void> {
    while (!lost.aborted && candidates.size > 0) {
      await ask(client, lost, waiting());
      const allLead = [...candidates].every(({ reign }) => reign);
      await changed.wait(lost, allLead ? undefined : lookEveryMs);
    }
    // Nobody leads without the session that holds the locks.
    await Promise.all([...candidates].map(({ reign }) => endOf(reign)));
  }

  async function ask(client: Client, lost: AbortSignal, asking: readonly Candidate[]): Promise<void> {
    const present = [...candidates];
    const { rows } =
      asking.length === 0
        ? { rows: [] }
        : await client.query<{ won: boolean }>(
            `select pg_try_advisory_lock(${lockOf('name')}) as won from unnest($1::text[]) with ordinality as t(name, n) order by n`,
            [asking.map(({ name }) => name)],
          );
    asking.forEach((candidate, index) => {
      if (rows[index]?.won) begin(client, lost, candidate);
    });
    for (const candidate of present) {
      if (candidate.reign || candidate.following) continue;
      candidate.following = true;
      candidate.follow?.();
    }
  }

  function begin(client: Client, connection: AbortSignal, candidate: Candidate): void {
    const lost = new AbortController();
    const resign = () => lost.abort();
    connection.addEventListener('abort', resign, { once: true });
    if (connection.aborted || candidate.stopped) resign();
    candidate.following = false;
    const reigning = lost.signal.aborted ? Promise.resolve() : candidate.lead(lost.signal);
    const ended = reigning
      .catch((error: unknown) => {
        if (!candidate.stopped) candidate.onError?.(error as Error);
      })
      .then(async () => {
        connection.removeEventListener('abort', resign);
        if (!lost.signal.aborted) rest(candidate);
        if (!connection.aborted) await release(client, candidate.name);
        delete candidate.reign;
        changed.push();
      });
    candidate.reign = { lost, ended };
  }

  const desk: Desk = {
    add(candidate) {
      candidates.add(candidate);
      changed.push();
    },
    async remove(candidate) {
      candidate.stopped = true;
      await endOf(candidate.reign);
      candidates.delete(candidate);
      changed.push();
      if (candidates.size > 0) return;
      if (desks.get(url) === desk) desks.delete(url);
      await closed;
    },
  };
  desks.set(url, desk);
  const closed = Promise.resolve().then(() =>
    keepConnection({
      ...{ url, applicationName: 'annals leading', use: serve, isNeeded: () => candidates.size > 0 },
      onError(error) {
        for (const candidate of candidates) candidate.onError?.(error);
      },
    }),
  );
  return desk;
}

function rest(candidate: Candidate): void {
  candidate.restsUntil = performance.now() + candidate.restMs;
  candidate.restMs = Math.min(candidate.restMs * 2, longestRestMs);
}

async function endOf(reign: Candidate['reign']): Promise<void> {
  reign?.lost.abort();
  await reign?.ended;
}

/** A lock that cannot be given back goes with its session. */
async function release(client: Client, name: string): Promise<void> {
  await client.query(`select pg_advisory_unlock(${lockOf('$1')})`, [name]).catch(() => client.end());
}

/** Two keys: a leader's name never meets another use of advisory locks in the same database. */
const lockOf = (name: string) => `hashtext('annals.leader'), hashtext(${name})`;
