import { makeMonths, type MonthlyLog } from './months.js';

const dayMs = 24 * 60 * 60 * 1000;

/** Makes months ahead every day; a failure is told and tried again the next day, long before a month is missing. */
export function keepMonths(
  ownerUrl: string,
  logs: readonly MonthlyLog[],
  onError: (error: unknown) => void,
): { stop(): Promise<void> } {
  let running: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    running = makeMonths(ownerUrl, logs).catch(onError);
  }, dayMs);
  return {
    stop: () => {
      clearInterval(timer);
      return running;
    },
  };
}
