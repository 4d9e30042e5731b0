import { readFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { freePorts, launchStack, type LaunchedStack } from '@annals/stack';
import { annals } from './annals.js';
import { auditTable } from './audit/audit-table.js';
import { avatarTable } from './avatar-speed.js';
import { measureContext } from './context-cost.js';
import type { Contender } from './contender.js';
import { openLoop } from './load.js';
import { erasureTable } from './erasure-speed.js';
import { exportTable } from './exports/export-table.js';
import { betterAuth, naive, type PeerSite } from './peers.js';
import { factsTable } from './facts/facts-table.js';
import { keyTable } from './key-speed.js';
import { residentMebibytes } from './processes.js';
import { directoryTable } from './directory-speed.js';
import { identityTable } from './identity-table.js';
import { importTable } from './import-speed.js';
import { measureRounds, type Rounds } from './profile-rounds.js';
import { measureStore } from './store-speed.js';
import { workTables } from './table.js';
import { userListTable } from './users/list-speed.js';
import { verifyTable } from './verify/verify-table.js';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '4' },
    people: { type: 'string', default: '40' },
    /** Entries of the audit log that part `audit` fills. */
    entries: { type: 'string', default: '1000000' },
    /** Sizes of the exports that part `export` makes. */
    megabytes: { type: 'string', default: '1,10,100' },
    /** Parts to measure, separated by commas. */
    parts: { type: 'string', default: 'profile,preferences,identity,users,directory' },
  },
});

const tell = (line: string) => console.error(line);

function siteOf(stack: LaunchedStack): PeerSite {
  const folder = stack.layout.postgresDir;
  const port = readFileSync(join(folder, 'port'), 'utf8').trim();
  const { postgres } = JSON.parse(readFileSync(join(folder, 'passwords.json'), 'utf8')) as { postgres: string };
  return {
    superuserUrl: `postgres://postgres:${postgres}@127.0.0.1:${port}/postgres`,
    postgresPid: Number(readFileSync(join(folder, 'postgres-18', 'postmaster.pid'), 'utf8').split('\n')[0]),
    freePort: async () => (await freePorts(1))[0] ?? 0,
  };
}

function memoryTable(stack: LaunchedStack): string {
  const names = ['event-node', 'identity', 'profile', 'activity', 'export', 'gateway'];
  const rows = names.map((name) => {
    const pid = Number(readFileSync(join(stack.layout.runDir, `${name}.pid`), 'utf8').split('\n')[0]);
    return `| ${name} | ${residentMebibytes(pid)} |`;
  });
  return ['### Memory after the load', '', '| process | resident MiB |', '|---|---|', ...rows].join('\n');
}

/** Latency at a fixed rate, counted from the intended start. */
async function openLoopTable(contenders: readonly Contender[], perSecond: number, seconds: number): Promise<string> {
  const rows: string[] = [];
  for (const contender of contenders) {
    for (const work of ['read', 'update'] as const) {
      const load = { baseUrl: contender.baseUrl, connections: 64, seconds, perSecond, shot: contender[work] };
      const { p50, p99, max, errors } = await openLoop(load);
      if (work === 'update') await contender.settle();
      const milliseconds = [p50, p99, max].map((value) => (value / 1000).toFixed(2)).join(' | ');
      rows.push(`| ${work} | ${contender.name} | ${milliseconds} | ${errors} |`);
    }
  }
  return [
    `### Open loop at ${perSecond} requests a second`,
    '',
    '| work | system | p50 ms | p99 ms | max ms | errors |',
    '|---|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}

async function contextTable(stack: LaunchedStack): Promise<string> {
  const cost = await measureContext(stack.api, 'admin@acme.test', 'correct horse battery staple');
  return [
    '### Context resolution at the gateway, as `Server-Timing` tells it',
    '',
    '| | p50 µs | p99 µs |',
    '|---|---|---|',
    `| warm: a token seen before | ${cost.warmP50.toFixed(0)} | ${cost.warmP99.toFixed(0)} |`,
    `| cold: verified, asked at identity, signed | ${cost.coldP50.toFixed(0)} | ${cost.coldP99.toFixed(0)} |`,
  ].join('\n');
}

async function storeTable(stack: LaunchedStack, seconds: number): Promise<string> {
  const operator = JSON.parse(readFileSync(join(stack.layout.keysDir, 'operator.json'), 'utf8')) as Record<
    string,
    string
  >;
  const env = {
    url: operator.EVENTSTORE_URL ?? '',
    keysUrl: operator.KEYS_DATABASE_URL ?? '',
    kek: operator.KEY_ENCRYPTION_KEY ?? '',
  };
  const speed = await measureStore(env, seconds);
  return [
    '### Event store: event node on PostgreSQL (fsync on), all projections live',
    '',
    '| what | value |',
    '|---|---|',
    `| commands a second, one after the other | ${Math.round(speed.sequential)} |`,
    `| commands a second, 64 at once | ${Math.round(speed.parallel)} |`,
    `| events read a second | ${Math.round(speed.readEvents)} |`,
    `| command to subscriber, p50 | ${speed.lagP50.toFixed(2)} ms |`,
    `| command to subscriber, p99 | ${speed.lagP99.toFixed(2)} ms |`,
  ].join('\n');
}

async function main(): Promise<void> {
  const people = Number(values.people);
  const load = loadavg()[0] ?? 0;
  if (load > 0.3 * cpus().length)
    tell(`This machine is busy (load ${load.toFixed(2)}): believe ratios, not absolutes.`);
  const startedAt = Date.now();
  const stack = await launchStack(process.cwd(), {
    RATE_LIMIT_PER_MINUTE: '0',
    RATE_LIMIT_PER_MINUTE_ADDRESS: '0',
    LOG_LEVEL: 'warn',
    // An export of 100 MB of what clients told is a little more with what the log says of it.
    USER_DATA_EXPORT_LIMIT: '209715200',
    // As in production: a sample of requests is traced, failed and slow ones always.
    TRACE_RATIO: '0.01',
    // Erasures are measured from the request on.
    ERASURE_GRACE_HOURS: '0',
  });
  const startSeconds = (Date.now() - startedAt) / 1000;
  const plan = { rounds: Number(values.rounds), seconds: Number(values.seconds), connections: [1, 16, 64] };
  const parts = values.parts.split(',');
  console.log(`Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model}, load before ${load.toFixed(2)}`);
  try {
    if (parts.includes('identity')) console.log(`\n${await identityTable(stack.api, plan.rounds, plan.seconds)}`);
    if (parts.includes('directory')) {
      const profileUrl = siteOf(stack).superuserUrl.replace(/\/postgres$/, '/annals_profile');
      console.log(`\n${await directoryTable(stack.api, profileUrl)}`);
    }
    if (parts.includes('users')) {
      const identityUrl = siteOf(stack).superuserUrl.replace(/\/postgres$/, '/annals_identity');
      console.log(`\n${await userListTable(stack.api, identityUrl)}`);
    }
    if (parts.includes('verify')) console.log(`\n${await verifyTable(stack, plan)}`);
    if (parts.includes('facts')) console.log(`\n${await factsTable(stack, plan)}`);
    if (parts.includes('audit')) {
      const activityUrl = siteOf(stack).superuserUrl.replace(/\/postgres$/, '/annals_activity');
      console.log(`\n${await auditTable(stack, activityUrl, Number(values.entries), plan.seconds)}`);
    }
    if (parts.includes('export')) console.log(`\n${await exportTable(stack, values.megabytes.split(',').map(Number))}`);
    if (parts.includes('import')) console.log(`\n${await importTable(stack)}`);
    if (parts.includes('keys')) console.log(`\n${await keyTable(stack, plan.seconds)}`);
    if (parts.includes('avatar')) console.log(`\n${await avatarTable(stack)}`);
    for (const part of ['preferences', 'profile'] as const) {
      if (parts.includes(part)) await withPeers(stack, plan, people, part);
    }
    // Last: it takes one of them.
    if (parts.includes('erasure')) console.log(`\n${await erasureTable(stack, 10_000)}`);
    console.log(`\nFirst start with an empty data folder, build and demo data included: ${startSeconds.toFixed(1)} s`);
  } finally {
    await stack.end();
  }
}

/** What is measured beside peers, who are started for each part: access tokens do not live for two. */
async function withPeers(
  stack: LaunchedStack,
  plan: Rounds,
  people: number,
  part: 'preferences' | 'profile',
): Promise<void> {
  const contenders: Contender[] = [];
  try {
    const site = siteOf(stack);
    contenders.push(await annals(stack, people));
    contenders.push(
      await naive(site, people, 'plain'),
      await naive(site, people, 'tuned'),
      await betterAuth(site, people),
    );
    if (part === 'profile') return await profilePart(stack, plan, contenders);
    const work = contenders.map((contender) => ({ ...contender, ...contender.preferences }));
    console.log(`\n${workTables('Preferences', await measureRounds(work, plan, tell), 'Annals')}`);
  } finally {
    for (const contender of contenders) await contender.end();
  }
}

async function profilePart(stack: LaunchedStack, plan: Rounds, contenders: readonly Contender[]): Promise<void> {
  const context = await contextTable(stack);
  const cells = await measureRounds(contenders, plan, tell);
  console.log(`\n${context}`);
  console.log(`\n${workTables('Profile', cells, 'Annals')}`);
  console.log(`\n${await openLoopTable(contenders, 100, 6)}`);
  console.log(`\n${await storeTable(stack, plan.seconds)}`);
  console.log(`\n${memoryTable(stack)}`);
}

main().catch((error: Error) => {
  console.error(error.stack);
  process.exitCode = 1;
});
