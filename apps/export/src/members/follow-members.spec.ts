import { connectBus } from '@annals/messaging';
import { testDatabase } from '@annals/testing';
import { membersContract } from '../testing/members-contract.js';

const log = testDatabase({ service: 'bus' });

membersContract('the log in PostgreSQL', async () => {
  const bus = connectBus({ kind: 'postgres', url: log().ownerUrl, clientId: 'export' });
  return { bus, stop: () => bus.close() };
});
