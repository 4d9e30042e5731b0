import { randomUUID } from 'node:crypto';
import { type EventLog } from './event-log.js';

/** The stream whose metadata a fresh real server writes before anybody else writes anything. */
const firstStream = '$$$stats-127.0.0.1:2113';

/**
 * A new log begins with an event of the server's own, as a real one does: whoever reads `$all` and forgets that names with `$` are not his finds out on
 * the first day.
 */
export async function writeFirstEvent(log: EventLog): Promise<void> {
  if (log.commits.position() > 0) return;
  await log.write({
    stream: firstStream,
    expected: { kind: 'no_stream' },
    intent: {
      kind: 'append',
      events: [
        {
          id: randomUUID(),
          type: '$metadata',
          isJson: true,
          data: Buffer.from('{"$maxAge":86400}'),
          metadata: Buffer.alloc(0),
        },
      ],
    },
  });
}
