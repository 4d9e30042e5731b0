import { testDatabase } from '@annals/testing';
import { auditLog } from '../audit/projection.js';
import { keepMonths } from './keep-months.js';

const everythingButIntervals = [
  ...(['Date', 'setTimeout', 'clearTimeout', 'setImmediate', 'clearImmediate', 'nextTick'] as const),
  ...(['queueMicrotask', 'performance', 'hrtime'] as const),
];
const day = 24 * 60 * 60 * 1000;

describe('keeping months ahead', () => {
  const database = testDatabase({ service: 'activity', projections: [auditLog] });
  beforeEach(() => jest.useFakeTimers({ doNotFake: [...everythingButIntervals] }));
  afterEach(() => jest.useRealTimers());

  it('looks every day, and finishes before it stops', async () => {
    const failures: unknown[] = [];
    const months = keepMonths(database().ownerUrl, [auditLog], (error) => failures.push(error));
    jest.advanceTimersByTime(day);
    await months.stop();
    expect(failures).toEqual([]);
  });

  it('tells a failure', async () => {
    const failures: unknown[] = [];
    const broken = keepMonths('postgres://nobody@127.0.0.1:1/nowhere', [auditLog], (error) => failures.push(error));
    jest.advanceTimersByTime(day);
    await broken.stop();
    expect(failures).toHaveLength(1);
  });
});
