import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

const limitMs = 120_000;

/**
 * Waits until an address answers 200.
 * @throws Error after 120 s, with the last answer and the last lines of the log.
 */
export async function until(url: string, name: string, logFile: string): Promise<void> {
  const deadline = Date.now() + limitMs;
  let last = '';
  while (Date.now() < deadline) {
    const answer = await fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
      async (response) => ({ ok: response.ok, text: await response.text() }),
      (error: Error) => ({ ok: false, text: error.message }),
    );
    if (answer.ok) return;
    last = answer.text;
    await delay(50);
  }
  const log = existsSync(logFile) ? readFileSync(logFile, 'utf8').split('\n').slice(-15).join('\n') : '';
  throw new Error(`${name} was not ready after ${limitMs / 1000} s. It last said: ${last}\n${logFile}:\n${log}`);
}
