import { createClient, signedIn } from '@annals/client';
import { loginRoute, refreshRoute } from '@annals/contracts';
import { request } from 'undici';

/** What resolving the context of a request cost at the gateway, in microseconds, as the gateway itself measured it. */
export interface ContextCost {
  warmP50: number;
  warmP99: number;
  coldP50: number;
  coldP99: number;
}

/** Asks for the cost of this request by `Server-Timing`; all checks are the same. */
async function costOf(api: string, token: string): Promise<{ microseconds: number; cached: boolean }> {
  const answer = await request(`${api}/users/profile`, {
    headers: { authorization: `Bearer ${token}`, 'x-server-timing': 'context' },
  });
  await answer.body.dump();
  const timing = /^context;dur=([\d.]+);desc=(\w+)/.exec(String(answer.headers['server-timing']));
  if (answer.statusCode !== 200 || !timing) throw new Error(`no timing in an answer ${answer.statusCode}`);
  return { microseconds: Number(timing[1]) * 1000, cached: timing[2] === 'cached' };
}

/** Warm: the same token again. Cold: a token that the gateway has never seen, verified and looked up at identity. */
export async function measureContext(api: string, email: string, password: string): Promise<ContextCost> {
  const client = createClient({ baseUrl: api });
  const { body: first } = await client.call(loginRoute, { body: { email, password } });
  let refreshToken = signedIn(first).refresh_token;
  const warm: number[] = [];
  const cold: number[] = [];
  for (let n = 0; n < 100; n++) {
    const { body } = await client.call(refreshRoute, { body: { refresh_token: refreshToken } });
    refreshToken = body.refresh_token;
    const unseen = await costOf(api, body.access_token);
    if (!unseen.cached) cold.push(unseen.microseconds);
    for (let again = 0; again < 20; again++) {
      const seen = await costOf(api, body.access_token);
      if (seen.cached) warm.push(seen.microseconds);
    }
  }
  const at = (values: number[], share: number) =>
    values.sort((a, b) => a - b)[Math.floor(values.length * share)] ?? Number.NaN;
  return { warmP50: at(warm, 0.5), warmP99: at(warm, 0.99), coldP50: at(cold, 0.5), coldP99: at(cold, 0.99) };
}
