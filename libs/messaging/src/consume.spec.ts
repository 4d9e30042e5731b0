import { testDatabase } from '@annals/testing';
import { connectBus } from './connect-bus.js';
import { consumerContract } from './consumer-contract.js';
import { effectsMigration } from './contract/effects.js';
import { consumerMigrations } from './consuming/tables.js';

const service = testDatabase({ service: 'reader', migrations: [...consumerMigrations, effectsMigration], max: 20 });
const log = testDatabase({ service: 'bus' });

consumerContract('the log in PostgreSQL', async () => ({
  pool: service().pool,
  connect: () => connectBus({ kind: 'postgres', url: log().ownerUrl, clientId: 'reader' }),
  disrupt: async () => undefined,
  dispose: async () => undefined,
}));
