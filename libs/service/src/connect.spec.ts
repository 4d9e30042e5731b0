import { connectWithBackoff } from './connect.js';
import { recordedLog } from './recorded-log.js';

const failing = (times: number) => {
  let left = times;
  return async () => {
    if (left-- > 0) throw new Error('ECONNREFUSED');
    return 'connected';
  };
};

describe('waiting for a dependency', () => {
  it('takes no time when it is there', async () => {
    const { logger, lines } = recordedLog();
    expect(await connectWithBackoff('postgres', failing(0), { logger })).toBe('connected');
    expect(lines).toEqual([]);
  });

  it('goes on until it is there, says so, and waits longer each time', async () => {
    const { logger, lines } = recordedLog();
    expect(await connectWithBackoff('postgres', failing(4), { logger, baseMs: 2, maxMs: 8 })).toBe('connected');
    const waits = lines.filter((line) => line.level === 'warn');
    expect(waits.map((line) => line.attempt)).toEqual([1, 2, 3, 4]);
    for (const [index, most] of [2, 4, 8, 8].entries()) {
      expect(waits[index]!.delay_ms).toBeLessThanOrEqual(most);
      expect(waits[index]!.delay_ms).toBeGreaterThanOrEqual(most / 2);
    }
    expect(lines.at(-1)).toMatchObject({ level: 'info', dependency: 'postgres', attempt: 5, message: 'connected' });
  });

  it('ends when the process is stopping, in the middle of a wait or before a try', async () => {
    const { logger, lines } = recordedLog();
    const abort = new AbortController();
    const waiting = connectWithBackoff('postgres', failing(99), {
      logger,
      baseMs: 60_000,
      maxMs: 60_000,
      signal: abort.signal,
    });
    while (lines.length === 0) await new Promise((resolve) => setImmediate(resolve));
    abort.abort(new Error('the process is stopping'));
    await expect(waiting).rejects.toThrow('the process is stopping');
    await expect(connectWithBackoff('x', failing(0), { logger, signal: abort.signal })).rejects.toThrow(
      'the process is stopping',
    );
  });
});
