import { createMetrics, type Logger } from '@annals/service';
import { Problem } from '@annals/contracts';
import { until } from '@annals/testing';
import { asks, erasuresUnderTest } from '../testing/erasures-under-test.js';
import { runErasures } from './erasure-runner.js';

const under = erasuresUnderTest();
jest.setTimeout(60_000);

const lines: { level: string; message: string; id: unknown }[] = [];
const logger = Object.fromEntries(
  ['debug', 'info', 'warn', 'error'].map((level) => [
    level,
    (fields: { job_id?: string }, message: string) => void lines.push({ level, message, id: fields.job_id }),
  ]),
) as unknown as Logger;

function runner() {
  const metrics = createMetrics();
  const { parts, stores } = under();
  const running = runErasures({
    ...{ pool: stores.database.pool, parts, logger, metrics, lookEveryMs: 20, firstPauseMs: 10 },
  });
  return { metrics, stop: () => running.stop() };
}

describe('who carries erasures out', () => {
  it('ends each whose time has come, by itself', async () => {
    const [ada, grace] = [await under().member(), await under().member()];
    const ids = [(await asks(under(), ada)).id, (await asks(under(), grace)).id];
    under().later(25);
    const { stop } = runner();
    for (const id of ids) {
      await until('it is certified', async () => (await under().stateOf(id)).status === 'erased', 20_000);
    }
    await stop();
  });

  it('asks a service that is away until it answers, and goes on where a stopped one was', async () => {
    const ada = await under().member();
    const { id } = await asks(under(), ada);
    under().later(25);
    let times = 0;
    under().answers.activity = () => {
      times += 1;
      return Promise.reject(new Problem(503, 'service-unreachable', 'away'));
    };
    const first = runner();
    await until('it was asked again', () => times > 2, 20_000);
    await first.stop();
    expect((await under().stateOf(id)).status).toBe('erasing');
    under().answers.activity = async () => ({});
    const second = runner();
    await until('it is certified', async () => (await under().stateOf(id)).status === 'erased', 20_000);
    await second.stop();
    expect(lines).toContainEqual({ level: 'warn', message: 'an erasure could not go on', id });
  });

  it('says that one takes longer than an hour, and shows it in the metrics', async () => {
    const ada = await under().member();
    const { id } = await asks(under(), ada);
    under().later(25);
    under().answers.export = () => Promise.reject(new Problem(503, 'service-unreachable', 'away'));
    const { stop, metrics } = runner();
    await until('it has begun', async () => (await under().stateOf(id)).status === 'erasing', 20_000);
    under().later(2);
    const told = () =>
      lines.some((line) => line.level === 'error' && line.message === 'an erasure takes too long' && line.id === id);
    await until('it is told', told, 20_000);
    const seconds = Number(/^annals_erasure_longest_seconds (\S+)/m.exec(metrics.text())?.[1]);
    expect(seconds).toBeGreaterThan(3_600);
    expect(metrics.text()).toMatch(/^annals_erasures_open 1$/m);
    under().answers.export = async () => ({});
    await until('it is certified', async () => (await under().stateOf(id)).status === 'erased', 30_000);
    await stop();
  });
});
