import { assembleKafka, startKafka } from '@annals/kafka';
import { busContract } from './bus-contract.js';
import { connectBus } from './connect-bus.js';

const { classpath, missing } = assembleKafka();

if (classpath === undefined) {
  console.warn(`SKIPPED, no real Kafka here: ${missing}`);
  describe.skip('Kafka as a bus', () => it('needs a broker', () => undefined));
} else {
  busContract('Kafka', async () => {
    const kafka = await startKafka(classpath);
    return {
      connect: () => connectBus({ kind: 'kafka', brokers: kafka.brokers, clientId: 'contract' }),
      async disrupt() {
        await kafka.kill();
        await kafka.restart();
      },
      dispose: () => kafka.stop(),
    };
  });
}
