import { randomUUID } from 'node:crypto';
import { type EventLog } from '../log/event-log.js';
import { endOfStream, type Followed, followAll, followStream } from '../log/follow.js';
import { encodeEvent } from './encode-event.js';
import { streamDeleted } from './errors.js';
import { type EventFilter } from './filter.js';
import { type Outlet } from './outlet.js';
import { caughtUp, checkpoint, confirmation } from './read-answers.js';
import { type ReadRequest } from './read-request.js';

/** Answers a subscription until the client leaves: confirmation, what there is, "caught up", and then what comes. Begins strictly after `from`. */
export async function subscribe(log: EventLog, request: ReadRequest, outlet: Outlet): Promise<void> {
  const following = await follow(log, request, outlet.signal);
  await outlet.send(confirmation(randomUUID()));
  const checkpoints = request.filter === undefined ? undefined : checkpointing(request.filter);
  for await (const step of following) {
    if (step.kind === 'stream-deleted') throw streamDeleted(request.stream ?? '');
    if (step.kind === 'caught-up') {
      const position = checkpoints?.pending();
      if (position !== undefined) await outlet.send(checkpoint(position));
      await outlet.send(caughtUp);
      continue;
    }
    for (const event of step.events) {
      if (outlet.signal.aborted) return;
      if (request.filter === undefined || request.filter.matches(event)) {
        const full = outlet.send(encodeEvent(event, request.uuidForm));
        if (full !== undefined) await full;
      }
      const position = checkpoints?.considered(event.position);
      if (position !== undefined) await outlet.send(checkpoint(position));
    }
  }
}

async function follow(log: EventLog, request: ReadRequest, signal: AbortSignal): Promise<AsyncGenerator<Followed>> {
  const { stream, from } = request;
  if (stream === undefined) {
    const after = from.kind === 'at' ? from.at : from.kind === 'start' ? 0 : log.commits.position();
    return followAll(log, after, signal);
  }
  const after = from.kind === 'at' ? from.at : from.kind === 'start' ? -1 : await endOfStream(log, stream);
  return followStream(log, stream, after, signal);
}

/** Counts what a filter has looked at: a checkpoint after each interval, and one more when catching up ends. */
function checkpointing(filter: EventFilter): {
  considered(position: number): number | undefined;
  pending(): number | undefined;
} {
  let count = 0;
  let last: number | undefined;
  return {
    considered: (position) => {
      count += 1;
      last = position;
      if (count < filter.checkpointInterval) return undefined;
      count = 0;
      return position;
    },
    pending: () => (count === 0 ? undefined : last),
  };
}
