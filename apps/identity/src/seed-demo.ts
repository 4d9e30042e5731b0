import { connectWithBackoff, createLogger, defineConfig } from '@annals/service';
import { identityConfig } from './config.js';
import { openIdentity } from './open-identity.js';
import { seedDemo } from './seed/seed.js';

/** Makes the demo data from a command line, with the environment of the service; ends with 1 when it could not. */
async function main(): Promise<void> {
  const config = defineConfig(identityConfig);
  const logger = createLogger({ service: 'identity', level: config.LOG_LEVEL });
  const boot = {
    connect: <T>(name: string, connect: () => Promise<T>) => connectWithBackoff(name, connect, { logger }),
  };
  const { identity, close } = await openIdentity(boot, config, logger);
  try {
    await seedDemo(identity);
    logger.info({ state: 'seeded' }, 'demo accounts and users are there');
  } finally {
    for (const part of close) await part();
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
});
