import { existsSync } from 'node:fs';
import { answers } from './answers.js';
import { assembleKafka } from './assemble.js';
import { startKafka, type RunningKafka } from './start.js';

const { classpath, missing } = assembleKafka();
if (missing !== undefined) console.warn(`SKIPPED, no real Kafka here: ${missing}`);

(classpath === undefined ? describe.skip : describe)('a real Kafka', () => {
  let kafka: RunningKafka;
  const port = () => Number(kafka.brokers[0]!.split(':')[1]);
  beforeAll(async () => {
    kafka = await startKafka(classpath!);
  }, 180_000);
  afterAll(() => kafka?.stop());

  it('answers clients, and answers again after it was killed and restarted', async () => {
    expect(await answers(port())).toBe(true);
    await kafka.kill();
    expect(await answers(port())).toBe(false);
    await kafka.restart();
    expect(await answers(port())).toBe(true);
  }, 180_000);

  it('leaves no process behind when stopped', async () => {
    const pid = kafka.pid()!;
    expect(existsSync(`/proc/${pid}`)).toBe(true);
    await kafka.stop();
    expect(existsSync(`/proc/${pid}`)).toBe(false);
  }, 60_000);
});
