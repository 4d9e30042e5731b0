import { type ChildProcess, fork } from 'node:child_process';
import { Problem } from '@annals/contracts';
import type { CleanedPictures, PictureFault } from './clean-picture.js';
import type { Question, Said } from './picture-process.js';

export interface PictureCleaner {
  /**
   * @param declared media type that the client said it is
   * @throws Problem 415 `picture-unsupported`, `picture-untrue`; 400 `picture-malformed`, `picture-too-many-pixels`,
   *   `picture-too-costly`; 503 `avatar-busy`
   */
  clean(content: Buffer, declared: string): Promise<CleanedPictures>;
  /** The process that is at work, if there is one. */
  pid(): number | undefined;
  stop(): void;
}

export interface PictureCleanerOptions {
  /** Program that cleans. */
  script: string;
  /** Longest that one picture may take, in milliseconds; 10,000 unless said. */
  limitMs?: number;
  /** Pictures under way and waiting; more are refused at once. */
  most?: number;
}

/** How long the process stays when there is nothing to do, in milliseconds. */
const idleMs = 60_000;

/** Cleans pictures one at a time in a process of its own, which is ended with what it does not get done. */
export function createPictureCleaner({ script, limitMs = 10_000, most = 8 }: PictureCleanerOptions): PictureCleaner {
  let child: ChildProcess | undefined;
  let idle: NodeJS.Timeout | undefined;
  let count = 0;
  let turn: Promise<unknown> = Promise.resolve();

  function start(): ChildProcess {
    const started = fork(script, {
      serialization: 'advanced',
      // Nothing of this service is any business of the decoders.
      env: { MALLOC_ARENA_MAX: '2' },
      execArgv: ['--max-old-space-size=128'],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    started.once('exit', () => {
      if (child === started) child = undefined;
    });
    return started;
  }

  function stop(): void {
    clearTimeout(idle);
    child?.kill('SIGKILL');
    child = undefined;
  }

  function work(question: Question): Promise<CleanedPictures> {
    clearTimeout(idle);
    const fresh = child === undefined;
    const running = (child ??= start());
    return new Promise<CleanedPictures>((resolve, reject) => {
      let ready = !fresh;
      let timer = fresh ? undefined : begin();
      function begin(): NodeJS.Timeout {
        // A process that ended between two pictures is not heard of at once: no picture has to do with that.
        running.send(question, (error) => {
          if (!error) return;
          if (child === running) stop();
          finish(() => (fresh ? reject(error) : resolve(work(question))));
        });
        return setTimeout(() => {
          stop();
          finish(() => reject(tooCostly()));
        }, limitMs);
      }
      function finish(settle: () => void): void {
        clearTimeout(timer);
        running.off('message', hear).off('exit', fell).off('error', fail);
        idle = setTimeout(stop, idleMs).unref();
        settle();
      }
      function hear(said: Said): void {
        if (said === 'ready') {
          ready = true;
          timer = begin();
        } else if ('cleaned' in said) finish(() => resolve(said.cleaned));
        else finish(() => reject('fault' in said ? refused(said.fault) : new Error(said.error)));
      }
      const fail = (error: Error) => finish(() => reject(error));
      const fell = () => (ready ? finish(() => reject(tooCostly())) : fail(new Error('No process to clean pictures')));
      running.on('message', hear).on('exit', fell).on('error', fail);
    });
  }

  return {
    async clean(content, declared) {
      if (count >= most) throw busy();
      count += 1;
      const mine = turn.then(() => work({ content, declared }));
      turn = mine.catch(() => undefined);
      return mine.finally(() => (count -= 1));
    },
    pid: () => child?.pid,
    stop,
  };
}

const refusals: Record<PictureFault, readonly [status: number, detail: string]> = {
  'picture-unsupported': [415, 'The file is no JPEG, PNG or WebP, whatever it is called'],
  'picture-untrue': [415, 'The file is not of the type that its part declares'],
  'picture-malformed': [400, 'The picture is damaged or not as its format has it'],
  'picture-too-many-pixels': [400, 'The picture has more than 25 million pixels'],
};
const refused = (fault: PictureFault) => new Problem(refusals[fault][0], fault, refusals[fault][1]);
const tooCostly = () => new Problem(400, 'picture-too-costly', 'The picture takes too much time or memory to read');

/** @see PictureCleaner */
export const busy = (): Problem =>
  new Problem(503, 'avatar-busy', 'Too many pictures are being worked on; try again', {
    headers: { 'retry-after': '2' },
  });
