import { readFileSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';
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
  // Further back already, only a superuser could come forward.
  setPriority(thread, Math.max(niceness, getPriority(thread)));
}

stepBack();
parentPort!.on('message', ({ password, hash }: HashJob) => {
  parentPort!.postMessage(hash === undefined ? hashSync(password, parameters) : verifySync(hash, password));
});
