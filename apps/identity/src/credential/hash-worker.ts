import { readFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { hashSync, verifySync, type Options } from '@node-rs/argon2';

/** What a thread is asked: a hash to be made, or one to be compared with. */
export type HashJob = { password: string; hash?: string };

const { parameters, niceness } = workerData as { parameters: Options; niceness: number };

/** On Linux a thread has a priority of its own, by its own number; elsewhere it keeps that of the process. */
function stepBack(): void {
  let thread: number;
  try {
    thread = Number(readFileSync('/proc/thread-self/stat', 'utf8').split(' ', 1)[0]);
  } catch {
    return;
  }
  setPriority(thread, niceness);
}

stepBack();
parentPort!.on('message', ({ password, hash }: HashJob) => {
  parentPort!.postMessage(hash === undefined ? hashSync(password, parameters) : verifySync(hash, password));
});
