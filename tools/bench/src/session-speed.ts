import { request } from 'undici';
import { signInAs, type BenchSession } from './sign-in-speed.js';

const admin = 'admin@acme.test';

/** Refreshes a second: each of `width` sessions exchanges its token for the next one, again and again. */
export async function measureRefresh(api: string, width: number, seconds: number): Promise<number> {
  const sessions: BenchSession[] = [];
  // One after the other: identity sends away more sign-ins at once than it can hash.
  while (sessions.length < width) sessions.push(await signInAs(api, admin));
  const start = performance.now();
  let count = 0;
  const rotating = async ({ refresh }: { refresh: string }) => {
    let token = refresh;
    while (performance.now() - start < seconds * 1000) {
      const { statusCode, body } = await request(`${api}/auth/refresh`, {
        ...{ method: 'POST', headers: { 'content-type': 'application/json' } },
        body: JSON.stringify({ refresh_token: token }),
      });
      const answer = (await body.json()) as { refresh_token: string };
      if (statusCode !== 200) throw new Error(`a refresh was answered ${statusCode}`);
      token = answer.refresh_token;
      count += 1;
    }
  };
  await Promise.all(sessions.map(rotating));
  return count / ((performance.now() - start) / 1000);
}

/** Permission checks a second, `batch` in each request of 16 connections. */
export async function measureChecks(api: string, batch: number, seconds: number): Promise<number> {
  const { access } = await signInAs(api, admin);
  const checks = Array.from({ length: batch }, () => ({ permission: 'VIEW_AUDIT_LOG' }));
  const start = performance.now();
  let count = 0;
  const checking = async () => {
    while (performance.now() - start < seconds * 1000) {
      const { statusCode, body } = await request(`${api}/permissions/check`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${access}` },
        body: JSON.stringify({ checks }),
      });
      await body.dump();
      if (statusCode !== 200) throw new Error(`a permission check was answered ${statusCode}`);
      count += batch;
    }
  };
  await Promise.all(Array.from({ length: 16 }, checking));
  return count / ((performance.now() - start) / 1000);
}

/** How somebody is shut out: by themselves on the gateway that is asked, or by an administrator, over the revocation feed. */
export type ShutOut = 'own session ended' | 'disabled by an administrator';

/** Milliseconds from an acknowledged revocation to the first refusal of a token that is used all the time. */
export async function measureRevocation(
  api: string,
  how: ShutOut,
  times: number,
): Promise<{ p50: number; p99: number }> {
  const keeper = await signInAs(api, admin);
  const taken: number[] = [];
  for (let n = 0; n < times; n++) {
    const out = await signInAs(api, 'viewer@acme.test');
    if ((await use(api, out.access)) !== 200) throw new Error('a fresh session was refused');
    if (how === 'own session ended') await send(api, 'POST', '/auth/logout', out.access);
    else await send(api, 'POST', `/users/${out.userId}/disable`, keeper.access);
    const acknowledged = performance.now();
    while ((await use(api, out.access)) !== 401) continue;
    taken.push(performance.now() - acknowledged);
    if (how !== 'own session ended') await send(api, 'POST', `/users/${out.userId}/enable`, keeper.access);
  }
  taken.sort((a, b) => a - b);
  const at = (share: number) => taken[Math.min(taken.length - 1, Math.floor(taken.length * share))] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99) };
}

async function use(api: string, token: string): Promise<number> {
  const { statusCode, body } = await request(`${api}/me/context`, { headers: { authorization: `Bearer ${token}` } });
  await body.dump();
  return statusCode;
}

async function send(api: string, method: 'POST', path: string, token: string): Promise<void> {
  const { statusCode, body } = await request(api + path, {
    ...{ method, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' } },
    body: path.startsWith('/users') ? '{}' : null,
  });
  await body.dump();
  if (statusCode >= 300) throw new Error(`${path} was answered ${statusCode}`);
}
