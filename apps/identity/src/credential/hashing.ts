import { Problem } from '@annals/contracts';
import { hashThreads } from './hash-threads.js';

/** The library's number for it; its enum exists only in types. */
const argon2id = 2;
/** OWASP's floor for argon2id: 19 MiB, two passes, one lane. */
const parameters = { algorithm: argon2id, memoryCost: 19_456, timeCost: 2, parallelism: 1 };

export interface Hasher {
  /**
   * Work that will hash: let in while there is room, so that a flood is refused before it costs anything.
   * @throws Problem 503 `sign-in-busy` at once, instead of queueing without end
   */
  admit<T>(work: () => Promise<T>): Promise<T>;
  /** Inside `admit`. */
  hash(password: string): Promise<string>;
  /** Inside `admit`. Costs the same for a null hash (nobody, or nobody who may sign in), and then never matches. */
  verify(passwordHash: string | null, password: string): Promise<boolean>;
  /** Whether a hash was made with less work than one of today. */
  isWeak(passwordHash: string): boolean;
  /** How much work is let in. */
  load(): number;
}

export interface HasherOptions {
  /** Hashes at the same time: one per core. */
  concurrency: number;
  /** How many may wait behind them; the next one is sent away. */
  queue: number;
  /** How far hashing steps back behind other work, as {@link hashThreads} takes it. */
  niceness: number;
}

/** Hashes passwords without letting a flood of logins starve everything else. */
export function createHasher({ concurrency, queue, niceness }: HasherOptions): Hasher {
  const waiting: (() => void)[] = [];
  let running = 0;
  let admitted = 0;

  async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (running < concurrency) running += 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      // The place goes straight to the next in line, so nobody overtakes.
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  }

  const threads = hashThreads(parameters, niceness);
  let decoy: Promise<string> | undefined;
  return {
    async admit(work) {
      if (admitted >= concurrency + queue) throw busy();
      admitted += 1;
      try {
        return await work();
      } finally {
        admitted -= 1;
      }
    },
    hash: (password) => inTurn(() => threads.hash(password)),
    verify: (passwordHash, password) =>
      inTurn(async () => {
        const compared = passwordHash ?? (await (decoy ??= threads.hash('a password that nobody has')));
        const matches = await threads.verify(compared, password);
        return matches && passwordHash !== null;
      }),
    isWeak,
    load: () => admitted,
  };
}

/** Reads the parameters of a hash in PHC form: `$argon2id$v=19$m=19456,t=2,p=1$…`. */
function isWeak(passwordHash: string): boolean {
  const [, memory, time] = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=\d+\$/.exec(passwordHash) ?? [];
  return !(Number(memory) >= parameters.memoryCost && Number(time) >= parameters.timeCost);
}

const busy = () =>
  new Problem(503, 'sign-in-busy', 'Too many people are signing in at this moment', {
    headers: { 'retry-after': '1' },
  });
