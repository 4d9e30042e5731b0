import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { serviceEnvironment, type Stores } from './environment.js';

/**
 * Makes the demo accounts and users through identity's own commands; what exists is left as it is.
 * @throws Error with the output of the seeding process when it fails.
 */
export async function seedDemo(stores: Stores, say: (line: string) => void): Promise<void> {
  const child = spawn(process.execPath, [join(stores.layout.root, 'apps/identity/dist/seed-demo.js')], {
    env: serviceEnvironment('identity', stores),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [exit, output, errors] = await Promise.all([once(child, 'exit'), text(child.stdout), text(child.stderr)]);
  if (exit[0] !== 0) throw new Error(`The demo data could not be made:\n${output}${errors}`);
  say('demo accounts and users are there');
}
