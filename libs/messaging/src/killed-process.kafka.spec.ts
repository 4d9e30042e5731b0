import { assembleKafka, startKafka } from '@annals/kafka';
import { connectBus } from './connect-bus.js';
import { killContract } from './kill-contract.js';

const { classpath, missing } = assembleKafka();

if (classpath === undefined) {
  console.warn(`SKIPPED, no real Kafka here: ${missing}`);
  describe.skip('a process killed while it consumes from Kafka', () => it('needs a broker', () => undefined));
} else {
  killContract('Kafka', async () => {
    const kafka = await startKafka(classpath);
    const config = { kind: 'kafka', brokers: kafka.brokers, clientId: 'killed' } as const;
    return {
      config,
      connect: () => connectBus(config),
      disrupt: async () => undefined,
      dispose: () => kafka.stop(),
    };
  });
}
