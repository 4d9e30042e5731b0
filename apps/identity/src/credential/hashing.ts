import { Problem } from '@annals/contracts';
import { hash, verify } from '@node-rs/argon2';

/** The library's number for it; its enum exists only in types. */
const argon2id = 2;
/** OWASP's floor for argon2id: 19 MiB, two passes, one lane. */
const parameters = { algorithm: argon2id, memoryCost: 19_456, timeCost: 2, parallelism: 1 };

export interface Hasher {
  /** @throws Problem 503 `sign-in-busy` at once, instead of queueing without end */
  hash(password: string): Promise<string>;
  /** Costs the same for a null hash (nobody, or nobody who may sign in), and then never matches. */
  verify(passwordHash: string | null, password: string): Promise<boolean>;
  /** Running and waiting. */
  load(): number;
}

export interface HasherOptions {
  /** Hashes at the same time: one per core. */
  concurrency: number;
  /** Callers that may wait behind them; the next one is sent away. */
  queue: number;
}

/**
 * Hashes passwords without letting a flood of logins starve everything else: at most `concurrency` threads work,
 * a bounded number waits, the rest is refused in no time.
 */
export function createHasher({ concurrency, queue }: HasherOptions): Hasher {
  const waiting: (() => void)[] = [];
  let running = 0;

  async function bounded<T>(work: () => Promise<T>): Promise<T> {
    if (running < concurrency) running += 1;
    else if (waiting.length < queue) await new Promise<void>((resolve) => waiting.push(resolve));
    else throw busy();
    try {
      return await work();
    } finally {
      // The place goes straight to the next in line, so nobody overtakes.
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  }

  const decoy = hash('a password that nobody has', parameters);
  return {
    hash: (password) => bounded(() => hash(password, parameters)),
    verify: (passwordHash, password) =>
      bounded(async () => {
        const matches = await verify(passwordHash ?? (await decoy), password);
        return matches && passwordHash !== null;
      }),
    load: () => running + waiting.length,
  };
}

const busy = () =>
  new Problem(503, 'sign-in-busy', 'Too many people are signing in at this moment', {
    headers: { 'retry-after': '1' },
  });
