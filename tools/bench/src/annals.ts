import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClient, signedIn } from '@annals/client';
import {
  getPreferencesRoute,
  getProfileRoute,
  loginRoute,
  patchPreferencesRoute,
  patchProfileRoute,
  registerRoute,
} from '@annals/contracts';
import type { LaunchedStack } from '@annals/stack';
import { request } from 'undici';
import { colors, locations, type Contender } from './contender.js';
import type { Shot } from './load.js';

const password = 'correct horse battery staple';

/** Signs up people through the API and gives their access tokens. */
async function signUp(api: string, people: number): Promise<string[]> {
  const client = createClient({ baseUrl: api });
  const tokens: string[] = [];
  for (let n = 0; n < people; n++) {
    const email = `bench.${process.pid}.${n}@example.test`;
    await client.call(registerRoute, { body: { email, password, name: `Bench ${n}` } });
    const { body } = await client.call(loginRoute, { body: { email, password } });
    const { access_token } = signedIn(body);
    const person = createClient({ baseUrl: api, token: access_token });
    await person.call(patchProfileRoute, { body: { bio: 'Before', location: 'Nowhere' } });
    await person.call(getProfileRoute);
    await person.call(patchPreferencesRoute, { body: { timezone: 'Europe/Vienna', theme: { mode: 'dark' } } });
    await person.call(getPreferencesRoute);
    tokens.push(access_token);
  }
  return tokens;
}

/** Annals as `npm start` runs it: gateway, services, projections, publishers and audit all live. */
export async function annals(stack: LaunchedStack, people: number): Promise<Contender> {
  const tokens = await signUp(stack.api, people);
  const tokenOf = (n: number) => tokens[n % tokens.length] ?? '';
  const shot = (method: Shot['method'], what: 'profile' | 'preferences', n: number, body?: unknown): Shot => ({
    method,
    path: `/api/v1/users/${what}`,
    headers: { authorization: `Bearer ${tokenOf(n)}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const supervisor = (JSON.parse(readFileSync(join(stack.layout.dataDir, 'stack.json'), 'utf8')) as { pid: number })
    .pid;
  const turn = (n: number, values: readonly string[]) => values[Math.floor(n / tokens.length) % values.length];
  return {
    name: 'Annals',
    baseUrl: stack.layout.url,
    processes: [supervisor],
    read: (n) => shot('GET', 'profile', n),
    update: (n) => shot('PATCH', 'profile', n, { location: turn(n, locations) }),
    preferences: {
      read: (n) => shot('GET', 'preferences', n),
      update: (n) => shot('PATCH', 'preferences', n, { theme: { primary_color: turn(n, colors) } }),
    },
    settle: () => untilAudited(stack.api, tokenOf(0)),
    end: async () => {},
  };
}

/** Writes once more and asks the audit log for that very write: then everything before it is there as well. */
async function untilAudited(api: string, token: string): Promise<void> {
  const authorization = `Bearer ${token}`;
  const written = await request(`${api}/users/profile`, {
    method: 'PATCH',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify({ bio: `Settled ${process.hrtime.bigint()}` }),
  });
  await written.body.dump();
  const position = String(written.headers['x-position']);
  const deadline = Date.now() + 120_000;
  for (;;) {
    const read = await request(`${api}/audit-logs?limit=1`, { headers: { authorization, 'x-min-position': position } });
    await read.body.dump();
    if (read.statusCode === 200) return;
    if (Date.now() > deadline) throw new Error('the audit log did not catch up within 120 s');
  }
}
