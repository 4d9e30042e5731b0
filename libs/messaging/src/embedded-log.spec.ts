import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '@annals/embedded-postgres';
import { createPool } from '@annals/postgres';
import { busContract } from './bus-contract.js';
import { connectBus } from './connect-bus.js';

busContract('the log in PostgreSQL', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'annals-bus-'));
  const postgres = await startPostgres({ dataDir, fsync: false });
  const url = postgres.superuserUrl('postgres');
  const operator = createPool({ url, applicationName: 'operator', max: 1 });
  return {
    connect: () => connectBus({ kind: 'postgres', url, clientId: 'contract' }),
    async disrupt() {
      await operator.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and backend_type = 'client backend'`,
        [],
      );
    },
    async dispose() {
      await operator.end();
      await postgres.stop();
      rmSync(dataDir, { recursive: true });
    },
  };
});
