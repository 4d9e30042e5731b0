import { parseArgs } from 'node:util';
import { createClient, signedIn } from '@annals/client';
import { loginRoute } from '@annals/contracts';
import { readLayout } from './layout.js';
import { requireRunning } from './running.js';
import { demoPassword } from './sign-ins.js';

const usage = 'npm run --silent token -- --user <address> [--account <slug or id>] [--password <password>]';

/** Signs in like anybody and prints the access token: there is no other way to one, also in development. */
async function printToken(): Promise<void> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ options: { user: text, account: text, password: text } });
  if (!values.user) throw new Error(usage);
  const layout = readLayout(process.cwd());
  requireRunning(layout);
  const client = createClient({ baseUrl: `${layout.url}/api/v1` });
  const credentials = { email: values.user, password: values.password ?? demoPassword };
  const { body } = await client.call(loginRoute, {
    body: { ...credentials, device_name: 'Command line', ...(values.account ? { account: values.account } : {}) },
  });
  console.log(signedIn(body).access_token);
}

printToken().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
