import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClient } from '@annals/client';
import { documentFormats, getExportRoute, requestExportRoute, type DocumentFormat } from '@annals/contracts';
import type { LaunchedStack } from '@annals/stack';
import { request } from 'undici';
import { track, trackers, untilLevel } from '../facts/trackers.js';
import { residentMebibytes } from '../processes.js';

/** As in a large request of a client: together below the 512 KB that one may have. */
const factsInBatch = 400;
/** Bytes of one line of the log in the export, about: what a client said, and what the log says of it. */
const bytesOfLine = 1_300;

interface Made {
  seconds: number;
  bytes: number;
  /** Most resident memory of the export process meanwhile, and how much more that is than before. */
  peakMiB: number;
  growthMiB: number;
}

/**
 * An export from the request to the document that can be fetched, and what it takes of the process that makes it.
 * @param sizes what the activity log of each person holds, in millions of bytes of JSON
 */
export async function exportTable(stack: LaunchedStack, sizes: readonly number[]): Promise<string> {
  const tokens = await trackers(stack.api, sizes.length);
  const rows: string[] = [];
  for (const [at, size] of sizes.entries()) {
    await fill(stack, tokens[at]!, size);
    for (const format of documentFormats) {
      const made = await makeExport(stack, tokens[at]!, format);
      const shown = [
        size,
        format,
        made.seconds.toFixed(2),
        (made.bytes / 1e6).toFixed(1),
        made.peakMiB,
        made.growthMiB,
      ];
      rows.push(`| ${shown.join(' | ')} |`);
    }
  }
  return [
    '### Exports of a person’s activity log, from the request to the finished document',
    '',
    '| MB of JSON, about | format | seconds | MB of the document | peak RSS MiB | growth MiB |',
    '|---|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}

async function fill(stack: LaunchedStack, token: string, size: number): Promise<void> {
  const batches = Math.ceil((size * 1e6) / bytesOfLine / factsInBatch);
  const baseUrl = stack.layout.url;
  for (let n = 0; n < batches; n++) {
    const { path, ...shot } = track(token, batchOf(n));
    const { statusCode, body } = await request(`${baseUrl}${path}`, shot);
    await body.dump();
    if (statusCode !== 202) throw new Error(`facts were not taken: ${statusCode}`);
  }
  await untilLevel(stack.api, token);
}

function batchOf(n: number): string {
  const facts = Array.from({ length: factsInBatch }, (_, index) => ({
    ...{ type: 'page_view', category: 'interaction', tags: ['web'] },
    data: { path: `/documents/${n}/pages/${index}`, text: `${n}.${index} `.repeat(200).slice(0, 760) },
    occurred_at: new Date(Date.now() - index).toISOString(),
  }));
  return JSON.stringify(facts);
}

async function makeExport(stack: LaunchedStack, token: string, format: DocumentFormat): Promise<Made> {
  const client = createClient({ baseUrl: stack.api, token });
  const pid = Number(readFileSync(join(stack.layout.runDir, 'export.pid'), 'utf8').split('\n')[0]);
  const before = residentMebibytes(pid);
  let peakMiB = before;
  const sampling = setInterval(() => (peakMiB = Math.max(peakMiB, residentMebibytes(pid))), 20);
  const start = performance.now();
  try {
    const { body: asked } = await client.call(requestExportRoute, {
      body: { formats: [format], include: ['activity'] },
    });
    for (;;) {
      const { body } = await client.call(getExportRoute, { params: { export_id: asked.id } });
      if (body.status === 'failed') throw new Error(`the export failed: ${body.error?.detail}`);
      if (body.status === 'succeeded') {
        const seconds = (performance.now() - start) / 1000;
        return { seconds, bytes: body.size_bytes ?? 0, peakMiB, growthMiB: peakMiB - before };
      }
      await new Promise((turn) => setTimeout(turn, 10));
    }
  } finally {
    clearInterval(sampling);
  }
}
