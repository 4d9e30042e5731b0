import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { until } from '@annals/testing';
import { halves } from '../../testing/hostile-pictures.js';
import { createPictureCleaner, type PictureCleaner } from './picture-cleaner.js';

const script = join(__dirname, '../../../dist/avatar/picture/picture-process.js');
let cleaner: PictureCleaner;
let content: Buffer;
const clean = () => cleaner.clean(content, 'image/png');
/** Whether all of a process is over, its threads too, and only nobody has been told. */
const isZombie = (pid: number): boolean =>
  readdirSync(`/proc/${pid}/task`).length === 1 && /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
/** For machines that do much else besides, in milliseconds. */
const limitMs = 50_000;
const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

beforeAll(async () => {
  content = await halves().png().toBuffer();
});
afterEach(() => {
  jest.useRealTimers();
  cleaner.stop();
});

describe('the process that cleans pictures', () => {
  it('is one for all of them, and those beyond what may wait are refused at once', async () => {
    cleaner = createPictureCleaner({ script, limitMs, most: 3 });
    const asked = await Promise.allSettled(Array.from({ length: 5 }, clean));
    expect(asked.map(({ status }) => status)).toEqual([...Array<string>(3).fill('fulfilled'), 'rejected', 'rejected']);
    const [, , , refused] = asked as PromiseRejectedResult[];
    expect(refused!.reason).toMatchObject({ status: 503, code: 'avatar-busy', headers: { 'retry-after': '2' } });
    const pid = cleaner.pid();
    await clean();
    expect(cleaner.pid()).toBe(pid);
  });

  it('is ended when a picture takes too long, and another one takes its place', async () => {
    cleaner = createPictureCleaner({ script, limitMs });
    await clean();
    const stuck = cleaner.pid()!;
    process.kill(stuck, 'SIGSTOP');
    // The limit passes for this picture alone, and no time for the next one, however slow the machine.
    jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate', 'performance', 'Date'] });
    const [late, next] = [clean(), clean()];
    const refused = expect(late).rejects.toMatchObject({ status: 400, code: 'picture-too-costly' });
    await nextTurn();
    jest.advanceTimersByTime(limitMs);
    await refused;
    await expect(next).resolves.toMatchObject({ id: expect.any(String) as string });
    jest.useRealTimers();
    expect(cleaner.pid()).not.toBe(stuck);
    await until('the stuck process has gone', () => !isAlive(stuck));
  });

  it('that falls over a picture takes nothing else with it', async () => {
    cleaner = createPictureCleaner({ script, limitMs });
    await clean();
    const falling = cleaner.pid()!;
    process.kill(falling, 'SIGSTOP');
    const [fell, next] = [clean(), clean()];
    // It has been sent by then.
    await nextTurn();
    process.kill(falling, 'SIGKILL');
    await expect(fell).rejects.toMatchObject({ status: 400, code: 'picture-too-costly' });
    await expect(next).resolves.toMatchObject({ id: expect.any(String) as string });
  });

  it('that ended between two pictures is replaced, though nobody has noticed yet', async () => {
    cleaner = createPictureCleaner({ script, limitMs });
    await clean();
    const ended = cleaner.pid()!;
    process.kill(ended, 'SIGKILL');
    // Without a turn in which its end could be heard of.
    while (!isZombie(ended));
    expect(cleaner.pid()).toBe(ended);
    await expect(clean()).resolves.toMatchObject({ id: expect.any(String) as string });
    expect(cleaner.pid()).not.toBe(ended);
  });

  it('that never comes up is no fault of the picture', async () => {
    cleaner = createPictureCleaner({ script: join(__dirname, 'missing.js') });
    await expect(clean()).rejects.toThrow('No process to clean pictures');
  });
});
