import { assembleKafka, startKafka } from '@annals/kafka';
import { connectBus } from '@annals/messaging';
import { membersContract } from '../testing/members-contract.js';

const { classpath, missing } = assembleKafka();

if (classpath === undefined) {
  console.warn(`SKIPPED, no real Kafka here: ${missing}`);
  describe.skip('following members over Kafka', () => it('needs a broker', () => undefined));
} else {
  membersContract('Kafka', async () => {
    const kafka = await startKafka(classpath);
    const bus = connectBus({ kind: 'kafka', brokers: kafka.brokers, clientId: 'export' });
    return {
      bus,
      async stop() {
        await bus.close();
        await kafka.stop();
      },
    };
  });
}
