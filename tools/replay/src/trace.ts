import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { spansOfRequest } from './span-files.js';
import { drawWaterfall, spanTree } from './span-tree.js';

const usage = 'npm run trace -- <request id or trace id> [--json]';

async function run(): Promise<void> {
  const { values, positionals } = parseArgs({ options: { json: { type: 'boolean' } }, allowPositionals: true });
  const [id] = positionals;
  if (!id) throw new Error(usage);
  const folder = process.env.TRACE_DIR ?? resolve(process.env.DATA_DIR ?? '.data', 'traces');
  const spans = await spansOfRequest(folder, id);
  if (spans.length === 0) {
    throw new Error(
      `No span in ${folder} belongs to ${id}: it is older than the kept spans, not recorded, or not written yet.`,
    );
  }
  if (values.json) return spans.forEach((span) => console.log(JSON.stringify(span)));
  const services = new Set(spans.map((span) => span.service));
  const traces = [...new Set(spans.map((span) => span.trace_id))];
  console.log(`${spans.length} spans in ${services.size} services; trace ${traces.join(', ')}`);
  drawWaterfall(spanTree(spans)).forEach((line) => console.log(line));
}

run().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
