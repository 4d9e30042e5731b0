import { EventStoreDBClient } from '@eventstore/db-client';
import type { Needle } from '../needles.js';
import type { Report } from '../report.js';
import { formsIn } from '../search.js';

/** Data and metadata of every event that a reader can get, with its stream's name and its type. */
export async function scanEventStore(url: string, needles: readonly Needle[], report: Report): Promise<void> {
  const client = EventStoreDBClient.connectionString(url);
  try {
    report.looked('event store', 0);
    for await (const { event } of client.readAll()) {
      if (!event) continue;
      const bytes = Buffer.concat([
        Buffer.from(`${event.streamId}\n${event.type}\n`),
        ...[event.data, event.metadata].map(bytesOf),
      ]);
      report.looked('event store', bytes.length);
      const forms = formsIn(needles, bytes);
      if (forms.length > 0) report.found(`event store ${categoryOf(event.streamId)} ${event.type}`, forms);
    }
  } catch (error) {
    report.blind('event store', error);
  } finally {
    await client.dispose();
  }
}

/** Bytes that are no JSON come as they are; JSON comes read, and is written anew. */
function bytesOf(content: unknown): Buffer {
  if (content instanceof Uint8Array) return Buffer.from(content);
  return Buffer.from(`${JSON.stringify(content ?? null)}\n`);
}

/** Not the stream itself, whose name names people. */
const categoryOf = (stream: string): string => stream.split('-')[0]!;
