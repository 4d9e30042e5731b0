import { EventStoreDBClient } from '@eventstore/db-client';
import { startScavenge } from './protocol/start-scavenge.js';

const defaultUrl = 'esdb://127.0.0.1:2113?tls=false';

/** Asks a running node to remove hidden events for good, and waits for its report. Goes by EVENTSTORE_URL. */
async function main(): Promise<void> {
  const url = process.env['EVENTSTORE_URL'] ?? defaultUrl;
  const scavengeId = await startScavenge(url);
  process.stdout.write(`Scavenge ${scavengeId} is running.\n`);
  const client = EventStoreDBClient.connectionString(url);
  for await (const { event } of client.subscribeToStream(`$scavenges-${scavengeId}`)) {
    if (event?.type !== '$scavengeCompleted') continue;
    process.stdout.write(`Scavenge ${scavengeId} has ended: ${JSON.stringify(event.data)}\n`);
    break;
  }
  await client.dispose();
}

main().catch((error: unknown) => {
  process.stderr.write(`The scavenge failed: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
