import { closedLoop, type Measured, type Shot } from './load.js';
import { signInAs } from './sign-in-speed.js';

export interface FloodEffect {
  calm: Measured;
  flooded: Measured;
  /** What became of the flood itself: sign-ins answered, of which refused at once. */
  attempts: number;
  shed: number;
}

/** Reads by 4 connections, first alone, then while 64 others sign in without pause: ten times what the hashing can take. */
export async function measureFlood(api: string, seconds: number): Promise<FloodEffect> {
  const { access } = await signInAs(api, 'viewer@acme.test');
  const baseUrl = new URL(api).origin;
  const read = (): Shot => ({
    ...{ method: 'GET', path: '/api/v1/me/context', headers: { authorization: `Bearer ${access}` } },
  });
  const attempt = (n: number): Shot => ({
    ...{ method: 'POST', path: '/api/v1/auth/login', headers: { 'content-type': 'application/json' } },
    body: JSON.stringify({ email: `flood.${n}@example.test`, password: 'some password that is long' }),
  });
  const reads = () => closedLoop({ baseUrl, connections: 4, seconds, shot: read });
  await reads();
  const calm = await reads();
  // Everybody is refused: as nobody (401) after a hash, or at once (503) when too many already wait for theirs.
  const statuses = new Map<number, number>();
  const flood = closedLoop({
    ...{ baseUrl, connections: 64, seconds: seconds + 1, shot: attempt },
    onStatus: (status) => statuses.set(status, (statuses.get(status) ?? 0) + 1),
  });
  const flooded = await reads();
  const { requests } = await flood;
  return { calm, flooded, attempts: requests, shed: statuses.get(503) ?? 0 };
}
