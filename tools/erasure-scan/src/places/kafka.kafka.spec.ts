import { assembleKafka, startKafka, type RunningKafka } from '@annals/kafka';
import { Kafka, logLevel } from 'kafkajs';
import { scan } from '../scan.js';

const { classpath, missing } = assembleKafka();
const canary = 'canary of Ada Lovelace';

(classpath === undefined ? describe.skip : describe)('a canary in Kafka', () => {
  if (classpath === undefined) console.warn(`SKIPPED, no real Kafka here: ${missing}`);
  let broker: RunningKafka;
  beforeAll(async () => {
    broker = await startKafka(classpath!);
  });
  afterAll(() => broker.stop());

  const found = async () => {
    const places = { kafka: broker.brokers, postgres: [], objects: [], folders: [], clusters: [] };
    const outcome = await scan({ canaries: [canary], places });
    return [outcome.exitCode(), ...outcome.lines()];
  };

  it('is found in key, value and headers of every topic; without one nothing is found', async () => {
    const kafka = new Kafka({ clientId: 'plant', brokers: [...broker.brokers], logLevel: logLevel.NOTHING });
    const admin = kafka.admin();
    await admin.connect();
    await admin.createTopics({ topics: ['plain', 'keys', 'values', 'headers'].map((topic) => ({ topic })) });
    await admin.disconnect();
    const producer = kafka.producer();
    await producer.connect();
    await producer.send({ topic: 'plain', messages: [{ key: 'a', value: 'nothing' }] });
    expect((await found())[0]).toBe(0);
    await producer.send({ topic: 'keys', messages: [{ key: canary, value: '1' }] });
    await producer.send({ topic: 'values', messages: [{ value: JSON.stringify({ canary }) }] });
    await producer.send({ topic: 'headers', messages: [{ value: '1', headers: { note: canary } }] });
    await producer.disconnect();
    const said = await found();
    expect(said[0]).toBe(1);
    for (const topic of ['keys', 'values', 'headers']) expect(said).toContain(`FOUND    Kafka ${topic}: text`);
  });
});
