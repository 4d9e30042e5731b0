import { availableParallelism } from 'node:os';
import { hash } from '@node-rs/argon2';
import { createClient } from '@annals/client';
import { loginRoute, registerRoute } from '@annals/contracts';
import { closedLoop, type Measured, type Shot } from './load.js';

const password = 'correct horse battery staple';
/** The parameters that identity hashes with: argon2id, 19 MiB, two passes, one lane. */
const argon2 = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 };

export interface SignInSpeed {
  /** Bare argon2id hashes a second, as many at a time as there are cores. */
  hashesPerSecond: number;
  login: Measured;
}

/** Bare hashes and sign-ins through the gateway, taking turns, so that a busy minute hits both. */
export async function measureSignIn(api: string, rounds: number, seconds: number): Promise<SignInSpeed> {
  const email = `bench.login.${process.pid}@example.test`;
  await createClient({ baseUrl: api }).call(registerRoute, { body: { email, password, name: 'Bench Login' } });
  const cores = availableParallelism();
  const shot = (): Shot => ({
    ...{ method: 'POST', path: '/api/v1/auth/login', headers: { 'content-type': 'application/json' } },
    body: JSON.stringify({ email, password }),
  });
  const rates: { bare: number; login: Measured }[] = [];
  for (let round = 0; round <= rounds; round++) {
    const bare = await bareHashes(cores, seconds);
    const login = await closedLoop({ baseUrl: new URL(api).origin, connections: cores * 2, seconds, shot });
    // The first round warms everybody up and is not counted.
    if (round > 0) rates.push({ bare, login });
  }
  const best = rates.sort((a, b) => rateOf(b.login) - rateOf(a.login))[0]!;
  return { hashesPerSecond: Math.max(...rates.map(({ bare }) => bare)), login: best.login };
}

export const rateOf = ({ requests, seconds }: Measured): number => requests / seconds;

async function bareHashes(width: number, seconds: number): Promise<number> {
  const start = process.hrtime.bigint();
  const end = start + BigInt(seconds * 1e9);
  let hashes = 0;
  const hashing = async () => {
    while (process.hrtime.bigint() < end) {
      await hash(password, argon2);
      hashes += 1;
    }
  };
  await Promise.all(Array.from({ length: width }, hashing));
  return hashes / (Number(process.hrtime.bigint() - start) / 1e9);
}

export interface BenchSession {
  access: string;
  refresh: string;
  userId: string;
}

/** A session of a demo person. */
export async function signInAs(api: string, email: string): Promise<BenchSession> {
  const { body } = await createClient({ baseUrl: api }).call(loginRoute, { body: { email, password } });
  if (!('access_token' in body)) throw new Error(`${email} has a second factor`);
  return { access: body.access_token, refresh: body.refresh_token, userId: body.user_id };
}
