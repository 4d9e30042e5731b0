import { randomUUID } from 'node:crypto';
import { ScavengeResp } from '@eventstore/db-client/generated/operations_pb';
import { type EventLog } from '../log/event-log.js';
import { scavenge } from '../log/scavenge.js';

/** Starts a scavenge and answers at once; the stream `$scavenges-<id>` tells how it went, as on the real server. */
export type StartScavenge = () => Promise<ScavengeResp>;

/** One scavenge runs at a time; whoever asks meanwhile is told its id. */
export function scavengeStarter(log: EventLog): StartScavenge {
  let running: string | undefined;

  async function run(scavengeId: string): Promise<void> {
    try {
      const eventsRemoved = await scavenge(log);
      // What is gone from the store must not come back out of memory.
      log.tail.restart(log.commits.position());
      await report(log, scavengeId, '$scavengeCompleted', { scavengeId, result: 'Success', eventsRemoved });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      await report(log, scavengeId, '$scavengeCompleted', { scavengeId, result: 'Errored', error: reason });
    } finally {
      running = undefined;
    }
  }

  return async () => {
    const { ScavengeResult } = ScavengeResp;
    if (running !== undefined) {
      return new ScavengeResp().setScavengeId(running).setScavengeResult(ScavengeResult.INPROGRESS);
    }
    const scavengeId = randomUUID();
    running = scavengeId;
    try {
      // Being the newest event, it also keeps the log's last position when everything before it goes.
      await report(log, scavengeId, '$scavengeStarted', { scavengeId });
    } catch (error) {
      running = undefined;
      throw error;
    }
    run(scavengeId).catch((error: unknown) => {
      // The store is lost: its own messages say so, and nobody reads the report of this scavenge.
      running = undefined;
      process.emitWarning(error instanceof Error ? error : String(error));
    });
    return new ScavengeResp().setScavengeId(scavengeId).setScavengeResult(ScavengeResult.STARTED);
  };
}

async function report(log: EventLog, scavengeId: string, type: string, data: Record<string, unknown>): Promise<void> {
  await log.write({
    stream: `$scavenges-${scavengeId}`,
    expected: { kind: 'any' },
    intent: {
      kind: 'append',
      events: [
        {
          id: randomUUID(),
          type,
          isJson: true,
          data: Buffer.from(JSON.stringify(data)),
          metadata: Buffer.alloc(0),
        },
      ],
    },
  });
}
