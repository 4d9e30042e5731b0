import { extname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Options } from '@node-rs/argon2';
import type { HashJob } from './hash-worker.js';

/** Threads that hash. A free one takes the next job; a new one is started when none is free. */
export interface HashThreads {
  hash(password: string): Promise<string>;
  /** @throws Error for what is no hash */
  verify(hash: string, password: string): Promise<boolean>;
}

/**
 * Hashes in threads of their own, which step back: so a flood of sign-ins takes idle processor time, not that of the
 * requests beside it, and leaves the pool in which Node reads files and signs tokens alone. The caller bounds how many
 * jobs there are at a time. Idle threads keep no process alive.
 * @param niceness how far they step back, 0 to 19: with 5, Linux gives them a third of what others get who want it too
 */
export function hashThreads(parameters: Options, niceness: number): HashThreads {
  const free: Worker[] = [];

  function start(): Worker {
    const worker = new Worker(join(__dirname, `hash-worker${extname(__filename)}`), {
      workerData: { parameters, niceness },
      // Run from source, as in tests, its kind of module is found out by parsing: nothing to warn of.
      execArgv: ['--disable-warning=MODULE_TYPELESS_PACKAGE_JSON'],
    });
    worker.unref();
    return worker;
  }

  function run<T>(job: HashJob): Promise<T> {
    const worker = free.pop() ?? start();
    worker.ref();
    return new Promise((resolve, reject) => {
      const settle = () => worker.off('message', answered).off('error', failed).off('exit', ended);
      function answered(answer: T): void {
        settle();
        worker.unref();
        free.push(worker);
        resolve(answer);
      }
      // An error ends the thread; the next job starts another.
      function failed(error: Error): void {
        settle();
        reject(error);
      }
      const ended = () => failed(new Error('A hashing thread ended'));
      worker.on('message', answered).on('error', failed).on('exit', ended);
      worker.postMessage(job);
    });
  }

  return {
    hash: (password) => run<string>({ password }),
    verify: (hash, password) => run<boolean>({ hash, password }),
  };
}
