import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { verifyFiles } from '@annals/audit';
import { createClient, type Client } from '@annals/client';
import { getAuditProofRoute, listAuditLogsRoute } from '@annals/contracts';
import type { LaunchedStack } from '@annals/stack';
import { closedLoop, type Shot } from '../load.js';
import type { Rounds } from '../profile-rounds.js';
import { signInAs } from '../sign-in-speed.js';
import { writeLongExport } from './long-export.js';

/** Entries of the export that is verified offline: once for speed, and a tenth of it to see that memory does not grow. */
const longest = 500_000;

/** Verifying offline, and proofs through the gateway, as a table. */
export async function verifyTable(stack: LaunchedStack, { seconds, connections }: Rounds): Promise<string> {
  const { access } = await signInAs(stack.api, 'admin@acme.test');
  const client = createClient({ baseUrl: stack.api, token: access });
  await fill(stack, access, seconds);
  const ids = await newestIds(client);
  const { body: proof } = await client.call(getAuditProofRoute, { params: { id: ids[0]! } });
  const offline: string[] = [];
  for (const entries of [longest / 10, longest]) offline.push(await offlineRow(entries, proof.entry));
  const online: string[] = [];
  for (const width of connections) {
    const shot = (n: number): Shot => ({
      ...{ method: 'GET', path: `/api/v1/audit-logs/${ids[n % ids.length]!}/proof` },
      headers: { authorization: `Bearer ${access}` },
    });
    const load = { baseUrl: stack.layout.url, connections: width, seconds, shot };
    await closedLoop({ ...load, seconds: 1 });
    const { requests, errors, p50, p99 } = await closedLoop(load);
    const rate = Math.round((requests - errors) / seconds);
    online.push(`| ${width} | ${rate} | ${(p50 / 1000).toFixed(2)} | ${(p99 / 1000).toFixed(2)} | ${errors} |`);
  }
  return [
    `### Audit proofs: offline, and through the gateway from a log of ${proof.checkpoint.head.size} entries`,
    '',
    '| entries in the export | entries verified a second | MiB resident more than before |',
    '|---|---|---|',
    ...offline,
    '',
    '| connections | proofs a second | p50 ms | p99 ms | errors |',
    '|---|---|---|---|---|',
    ...online,
  ].join('\n');
}

async function offlineRow(entries: number, like: Record<string, unknown>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'annals-verify-'));
  try {
    const path = join(folder, 'export.ndjson');
    const key = await writeLongExport(path, entries, like);
    const before = process.memoryUsage.rss();
    const start = performance.now();
    const fine = await verifyFiles({ export: path, keys: [key] }, () => undefined);
    if (!fine) throw new Error('an honest export was not verified');
    const rate = Math.round((entries * 1000) / (performance.now() - start));
    const grown = Math.round((process.memoryUsage.rss() - before) / 1024 / 1024);
    return `| ${entries.toLocaleString('en')} | ${rate.toLocaleString('en')} | ${grown} |`;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Gives the account's log something to prove: changes of a profile, as many as go in the time. */
async function fill(stack: LaunchedStack, access: string, seconds: number): Promise<void> {
  const shot = (n: number): Shot => ({
    ...{ method: 'PATCH', path: '/api/v1/users/profile', body: JSON.stringify({ bio: `Nr. ${n}` }) },
    headers: { authorization: `Bearer ${access}`, 'content-type': 'application/json' },
  });
  await closedLoop({ baseUrl: stack.layout.url, connections: 8, seconds, shot });
}

async function newestIds(client: Client): Promise<string[]> {
  const ids: string[] = [];
  for (let cursor: string | undefined; ids.length < 1_000;) {
    const query = { limit: 100, ...(cursor !== undefined && { cursor }) };
    const { body } = await client.call(listAuditLogsRoute, { query });
    ids.push(...body.data.map(({ id }) => id));
    if (body.meta.next_cursor === null) break;
    cursor = body.meta.next_cursor;
  }
  return ids;
}
