import { startOwnPostgres } from '@annals/testing';
import { busContract } from './bus-contract.js';
import { connectBus } from './connect-bus.js';
import { killContract, type KillFixture } from './kill-contract.js';

async function start(): Promise<KillFixture> {
  const postgres = await startOwnPostgres();
  const config = { kind: 'postgres', url: postgres.server().superuserUrl('postgres'), clientId: 'killed' } as const;
  return {
    config,
    connect: () => connectBus(config),
    async disrupt() {
      await postgres.kill();
      await postgres.restart();
    },
    dispose: () => postgres.stop(),
  };
}

killContract('the log in PostgreSQL', start);
// The same suite once more on a server that flushes to disk and is killed where connections are broken elsewhere.
busContract('the log in a PostgreSQL that is killed', start);
