import { chownSync, copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { provisionObjects, readObjectsUrl } from '@annals/objects';
import { annalsDatabases, provision } from '@annals/postgres';
import { ensureKeys } from './keys.js';

/** What the services of the distributed stack need before they start. Safe to repeat. */
async function prepare(env: NodeJS.ProcessEnv): Promise<void> {
  const required = (name: string): string => {
    const value = env[name];
    if (!value) throw new Error(`${name} is missing`);
    return value;
  };
  const keysDir = required('KEYS_DIR');
  handOut(keysDir);
  // Events and bus live in EventStoreDB and Kafka here.
  const plan = annalsDatabases.filter(({ name }) => name !== 'annals_events' && name !== 'annals_bus');
  const passwordOf = (role: string) => required(`${role.split('_')[0]?.toUpperCase()}_DB_PASSWORD`);
  await provision(required('POSTGRES_ADMIN_URL'), plan, passwordOf);
  for (const place of ['OBJECTS_URL', 'AUDIT_WITNESS_URL']) await provisionObjects(readObjectsUrl(required(place)));
  console.log(`keys are in ${keysDir}; databases: ${plan.map(({ name }) => name).join(', ')}`);
}

const storeServices = ['identity', 'profile', 'activity', 'export'] as const;

/** One folder per service with its own keys and no other's; a container sees its own folder alone. */
function handOut(keysDir: string): void {
  const master = join(keysDir, 'master');
  const keys = ensureKeys(master);
  for (const service of [...storeServices, 'gateway'] as const) {
    const folder = join(keysDir, service);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const signing = keys.signing[service === 'gateway' ? 'gateway' : `svc:${service}`];
    if (!signing) throw new Error(`${service} has no signing key`);
    copyFileSync(signing, join(folder, 'signing.jwk.json'));
    copyFileSync(keys.publicKeys, join(folder, 'inside.jwks.json'));
    if (service !== 'gateway') copyFileSync(join(master, 'key-encryption-key'), join(folder, 'key-encryption-key'));
    if (service === 'identity' || service === 'profile') {
      copyFileSync(join(master, 'lookup-secret'), join(folder, 'lookup-secret'));
    }
    if (service === 'export') copyFileSync(keys.erasureSigning, join(folder, 'erasure-signing.jwk.json'));
    if (service === 'activity') {
      copyFileSync(keys.auditSigning, join(folder, 'audit-signing.jwk.json'));
      copyFileSync(join(master, 'analytics-secret'), join(folder, 'analytics-secret'));
    }
    // The services run as the image's account `node`; a volume belongs to root at first.
    if (process.getuid?.() === 0)
      ['.', ...readdirSync(folder)].forEach((file) => chownSync(join(folder, file), 1000, 1000));
  }
}

prepare(process.env).catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
