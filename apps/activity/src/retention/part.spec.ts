import { type ProjectionRunner } from '@annals/postgres';
import { recordedLog } from '@annals/service';
import { until } from '@annals/testing';
import { activityUnderTest } from '../testing/activity-service.js';
import { retentionPart } from './part.js';

const under = activityUnderTest([]);

/** Retention over read models that become level as told. */
async function opened(caughtUp: () => Promise<void>) {
  const { logger, lines } = recordedLog();
  const runner = () => ({ caughtUp }) as ProjectionRunner;
  const { stop } = await retentionPart([]).open({ ...under().ground, logger, runner });
  return { lines, stop: stop! };
}

describe('retention', () => {
  it('ends with its process while read models are still behind, and that is no failure', async () => {
    let asked = false;
    const { lines, stop } = await opened(() => {
      asked = true;
      return new Promise<void>(() => undefined);
    });
    await until('the sweep waits', () => asked);
    await stop();
    expect(lines).toEqual([]);
  });

  it('tells in the log what could not be removed', async () => {
    const { lines, stop } = await opened(() => Promise.reject(new Error('no store')));
    await until('it is told', () => lines.length > 0);
    await stop();
    expect(lines).toMatchObject([{ level: 'error', message: 'what is past its time could not all be removed' }]);
  });
});
