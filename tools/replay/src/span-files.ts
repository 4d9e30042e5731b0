import { createReadStream, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { SpanLine } from '@annals/service';

async function* spansIn(folder: string): AsyncIterable<SpanLine> {
  if (!existsSync(folder)) return;
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.ndjson'))) {
    for await (const line of createInterface({ input: createReadStream(join(folder, file)) })) {
      // The last line may be half written while a service runs; it is whole at the next look.
      if (line.endsWith('}')) yield JSON.parse(line) as SpanLine;
    }
  }
}

/** All spans of the traces that carry a request id, also those recorded in other services and later. */
export async function spansOfRequest(folder: string, requestId: string): Promise<SpanLine[]> {
  const traces = new Set<string>();
  for await (const span of spansIn(folder)) {
    if (span.attributes['app.request_id'] === requestId || span.trace_id === requestId) traces.add(span.trace_id);
  }
  const found: SpanLine[] = [];
  for await (const span of spansIn(folder)) {
    if (traces.has(span.trace_id) || span.links.some((link) => traces.has(link.trace_id))) found.push(span);
  }
  return found;
}
