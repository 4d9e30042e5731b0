import { assembleKafka, startKafka } from '@annals/kafka';
import { testDatabase } from '@annals/testing';
import { connectBus } from './connect-bus.js';
import { consumerContract } from './consumer-contract.js';
import { consumerMigrations } from './consuming/tables.js';
import { effectsMigration } from './contract/effects.js';

const { classpath, missing } = assembleKafka();
const service = testDatabase({ service: 'reader', migrations: [...consumerMigrations, effectsMigration], max: 20 });

if (classpath === undefined) {
  console.warn(`SKIPPED, no real Kafka here: ${missing}`);
  describe.skip('consuming from Kafka', () => it('needs a broker', () => undefined));
} else {
  consumerContract('Kafka', async () => {
    const kafka = await startKafka(classpath);
    return {
      pool: service().pool,
      connect: () => connectBus({ kind: 'kafka', brokers: kafka.brokers, clientId: 'reader' }),
      disrupt: async () => undefined,
      dispose: () => kafka.stop(),
    };
  });
}
