import { spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { importPKCS8, SignJWT } from 'jose';
import { Client } from 'pg';
import { colors, locations, type Contender, type Work } from './contender.js';
import type { Shot } from './load.js';

export interface PeerSite {
  /** PostgreSQL of the stack under measurement: the same server, the same settings. */
  superuserUrl: string;
  postgresPid: number;
  freePort(): Promise<number>;
}

interface Peer {
  pid: number;
  stop(): Promise<void>;
}

async function startPeer(name: string, env: NodeJS.ProcessEnv): Promise<Peer> {
  const child = spawn(process.execPath, [join(__dirname, 'peers', `${name}.js`)], {
    env: { PATH: process.env.PATH, NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await Promise.race([
    once(child.stdout, 'data'),
    once(child, 'exit').then(() => Promise.reject(new Error(`${name} ended before it was ready`))),
  ]);
  return {
    pid: child.pid ?? 0,
    async stop() {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    },
  };
}

async function freshDatabase(site: PeerSite, name: string): Promise<string> {
  const client = new Client({ connectionString: site.superuserUrl });
  await client.connect();
  await client.query(`drop database if exists ${name} with (force)`);
  await client.query(`create database ${name}`);
  await client.end();
  const url = new URL(site.superuserUrl);
  url.pathname = `/${name}`;
  return url.toString();
}

const naiveTables = `
  create table account (id uuid primary key, slug text not null);
  create table membership (account_id uuid not null, user_id uuid not null, role text not null, primary key (account_id, user_id));
  create table profile (account_id uuid not null, user_id uuid not null, name text, bio text, location text,
    revision int not null default 0, updated_at timestamptz not null default now(), primary key (account_id, user_id));
  create table preferences (account_id uuid not null, user_id uuid not null, language text, timezone text, theme jsonb not null,
    revision int not null default 0, updated_at timestamptz not null default now(), primary key (account_id, user_id));
  create table audit (id bigint generated always as identity primary key, account_id uuid not null, user_id uuid not null,
    old jsonb, new jsonb, at timestamptz not null);
  create index on audit (account_id, at desc)`;

/** Express gateway and Express CRUD service with an audit row, plain or tuned. */
export async function naive(site: PeerSite, people: number, variant: 'plain' | 'tuned'): Promise<Contender> {
  const database = await freshDatabase(site, `bench_naive_${variant}`);
  const client = new Client({ connectionString: database });
  await client.connect();
  await client.query(naiveTables);
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const signingKey = await importPKCS8(privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(), 'EdDSA');
  const tokens: string[] = [];
  for (let n = 0; n < people; n++) {
    const [account, user] = [randomUUID(), randomUUID()];
    await client.query('insert into account values ($1, $2)', [account, `home-${n}`]);
    await client.query("insert into membership values ($1, $2, 'ADMIN')", [account, user]);
    await client.query('insert into profile (account_id, user_id, name, bio, location) values ($1, $2, $3, $4, $5)', [
      ...[account, user, `Bench ${n}`, 'Before', 'Nowhere'],
    ]);
    await client.query(
      'insert into preferences (account_id, user_id, language, timezone, theme) values ($1, $2, $3, $4, $5)',
      [...[account, user, 'en', 'Europe/Vienna', { mode: 'dark' }]],
    );
    const claims = new SignJWT({ account_id: account }).setProtectedHeader({ alg: 'EdDSA' }).setSubject(user);
    tokens.push(await claims.setIssuer('naive').setAudience('naive').setExpirationTime('12h').sign(signingKey));
  }
  await client.end();
  const [servicePort, gatewayPort] = [await site.freePort(), await site.freePort()];
  const shared = { DATABASE_URL: database, PEER_VARIANT: variant };
  const service = await startPeer('naive-crud', { ...shared, PORT: String(servicePort) });
  const gateway = await startPeer('naive-gateway', {
    ...shared,
    PORT: String(gatewayPort),
    UPSTREAM_URL: `http://127.0.0.1:${servicePort}`,
    PUBLIC_JWK: JSON.stringify(publicKey.export({ format: 'jwk' })),
  });
  const shot = (method: Shot['method'], what: 'profile' | 'preferences', n: number, body?: object): Shot => ({
    method,
    path: `/api/v1/users/${what}`,
    headers: { authorization: `Bearer ${tokens[n % people]}`, 'content-type': 'application/json' },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const turn = (n: number, values: readonly string[]) => values[Math.floor(n / people) % values.length];
  return {
    name: `naive (${variant})`,
    baseUrl: `http://127.0.0.1:${gatewayPort}`,
    processes: [gateway.pid, service.pid, site.postgresPid],
    read: (n) => shot('GET', 'profile', n),
    update: (n) => shot('PATCH', 'profile', n, { location: turn(n, locations) }),
    preferences: {
      read: (n) => shot('GET', 'preferences', n),
      update: (n) => shot('PATCH', 'preferences', n, { theme: { primary_color: turn(n, colors) } }),
    },
    settle: async () => {},
    async end() {
      await gateway.stop();
      await service.stop();
    },
  };
}

/** better-auth from npm on the same PostgreSQL. */
export async function betterAuth(site: PeerSite, people: number): Promise<Contender> {
  const port = await site.freePort();
  const baseUrl = `http://127.0.0.1:${port}`;
  const peer = await startPeer('better-auth', {
    DATABASE_URL: await freshDatabase(site, 'bench_better_auth'),
    PORT: String(port),
    PEER_SECRET: randomBytes(32).toString('hex'),
  });
  const cookies: string[] = [];
  for (let n = 0; n < people; n++) {
    const answer = await fetch(`${baseUrl}/api/auth/sign-up/email`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: baseUrl },
      body: JSON.stringify({
        email: `bench${n}@example.test`,
        password: 'correct horse battery staple',
        name: `Bench ${n}`,
      }),
    });
    if (!answer.ok) throw new Error(`better-auth refused a sign-up: ${answer.status} ${await answer.text()}`);
    cookies.push(
      answer.headers
        .getSetCookie()
        .map((cookie) => cookie.split(';')[0])
        .join('; '),
    );
  }
  const headersOf = (n: number) => ({
    cookie: cookies[n % people] ?? '',
    origin: baseUrl,
    'content-type': 'application/json',
  });
  const work: Work = {
    read: (n) => ({ method: 'GET', path: '/api/auth/get-session', headers: headersOf(n) }),
    update: (n) => ({
      method: 'POST',
      path: '/api/auth/update-user',
      headers: headersOf(n),
      body: JSON.stringify({ name: locations[Math.floor(n / people) % locations.length] }),
    }),
  };
  return {
    name: 'better-auth 1.6.10',
    baseUrl,
    processes: [peer.pid, site.postgresPid],
    ...work,
    preferences: work,
    settle: async () => {},
    end: () => peer.stop(),
  };
}
