import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/**
 * Reads, stages, makes and checks an export of so many bytes in every format, and says what it took. Garbage is collected
 * every few megabytes: when the machine would do it, and how much waits by then, differs from run to run.
 */
const program = `
const [dist, folder, bytes, asked] = process.argv.slice(1);
const { stagePart, stagedItems } = require(dist + '/document/staged.js');
const { renderFile } = require(dist + '/document/render.js');
const { sealDocument, checkDocument } = require(dist + '/document/sealed-document.js');
const { particularsOf } = require(dist + '/document/particulars.js');
const { folderObjects } = require('@annals/objects');
const { Readable } = require('node:stream');
const key = { id: 'key', key: Buffer.alloc(32, 1) };
const between = Math.max(1_000_000, Number(bytes) / 150);
let [passed, live] = [0, 0];
const look = () => {
  gc();
  const { heapUsed, external } = process.memoryUsage();
  live = Math.max(live, heapUsed + external);
};
const pass = (length) => {
  if ((passed += length) < between) return;
  passed = 0;
  look();
};
async function* watched(chunks) {
  for await (const chunk of chunks) {
    pass(chunk.length);
    yield chunk;
  }
}
const kept = folderObjects(folder);
const read = (...asked) => Readable.from(watched(kept.read(...asked)), { objectMode: false });
const store = { objects: { ...kept, read }, keys: { current: async () => key, find: async () => key } };
const who = { accountId: '018f0000-0000-7000-8000-00000000000a', userId: '018f0000-0000-7000-8000-0000000000b1',
  exportId: '018f0000-0000-7000-8000-0000000000e1' };
async function* items() {
  for (let made = 0, n = 0; made < Number(bytes); n++) {
    const item = { id: n, type: 'page_view', data: { path: '/a/' + n, text: String(n).repeat(60) }, tags: ['a', 'b'] };
    const length = JSON.stringify(item).length + 1;
    made += length;
    pass(length);
    yield item;
  }
}
(async () => {
  const section = { part: 'activity', version: 1, kind: 'many', items };
  const { staged, ...measured } = await stagePart(store, section, who, () => undefined, new AbortController().signal);
  const listed = { part: 'activity', kind: 'many', schema_version: 1, ...measured, ...particularsOf('activity') };
  const formats = asked.split(',');
  const manifest = { format: 'annals-export', format_version: 2, export_id: who.exportId, account_id: who.accountId,
    user_id: who.userId, scope: 'self', formats, created_at: '2026-03-01T12:00:00.000Z', parts: [listed] };
  const parts = [{ ...listed, items_json: () => stagedItems(store, { ...who, staged }) }];
  const place = { subject: who.userId, accountId: who.accountId, name: 'exports/' + who.accountId + '/' + who.exportId };
  const made = await sealDocument(store, place, renderFile({ manifest, parts }));
  await checkDocument(store, place, made);
  const peakMiB = process.resourceUsage().maxRSS / 1024;
  process.stdout.write(JSON.stringify({ ...measured, ...made, liveMiB: live / 2 ** 20, peakMiB }));
})();
`;

interface Made {
  bytes: number;
  size_bytes: number;
  /** Of what was in use, garbage left out. */
  liveMiB: number;
  peakMiB: number;
}

/** In a process with a heap that does not hold the export twice. */
async function madeWith(bytes: number, formats: string): Promise<Made> {
  const folder = mkdtempSync(join(tmpdir(), 'annals-flat-'));
  try {
    const flags = [
      '--max-old-space-size=200',
      '--expose-gc',
      '-e',
      program,
      join(__dirname, '../../dist'),
      folder,
      String(bytes),
      formats,
    ];
    const { stdout } = await promisify(execFile)(process.execPath, flags, { cwd: join(__dirname, '../..') });
    return JSON.parse(stdout) as Made;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

// What more there is is what the allocator keeps to itself: it does not grow on with the export.
it.each([
  ['json', 600_000_000, 256],
  ['json,csv,pdf', 20_000_000, 100],
])(
  'an export in %s of %d bytes takes at most %d MiB more than one of a tenth',
  async (formats, bytes, mostMiB) => {
    const small = await madeWith(bytes / 10, formats);
    const large = await madeWith(bytes, formats);
    expect(large.bytes).toBeGreaterThan(9 * small.bytes);
    expect(large.liveMiB - small.liveMiB).toBeLessThan(32);
    expect(large.peakMiB - small.peakMiB).toBeLessThan(mostMiB);
  },
  900_000,
);
