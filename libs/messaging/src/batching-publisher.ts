import { BusError, type OutMsg, type Published } from './bus.js';
import { checkMessages, messageBytes } from './message.js';

export interface BatchingPublisher {
  publish(topic: string, batch: readonly OutMsg[]): Promise<Published[]>;
  /** Refuses new messages and resolves when the accepted ones have an outcome. */
  close(): Promise<void>;
}

type Send = (topic: string, messages: OutMsg[]) => Promise<Published[]>;

interface Waiting {
  message: OutMsg;
  bytes: number;
  topic: string;
  done(outcome: PromiseSettledResult<Published>): void;
}

const mostMessages = 500;
const mostBytes = 900_000;
const mostWaiting = 10_000;

/**
 * Sends one batch at a time, so order holds also through retries, and puts together what waited meanwhile:
 * many callers share one round trip and one flush to disk.
 * @param send rejects for the whole batch; then it is unknown which of it is durable
 */
export function createBatchingPublisher(send: Send): BatchingPublisher {
  const waiting: Waiting[] = [];
  let running: Promise<void> | undefined;
  let closed = false;

  async function drain(): Promise<void> {
    for (let batch = take(waiting); batch.length > 0; batch = take(waiting)) {
      const [first] = batch;
      const sent = await send(
        first!.topic,
        batch.map((entry) => entry.message),
      ).catch((error: unknown) => {
        batch.forEach((entry) => entry.done({ status: 'rejected', reason: error }));
        return undefined;
      });
      if (sent) batch.forEach((entry, index) => entry.done({ status: 'fulfilled', value: sent[index]! }));
    }
    running = undefined;
  }

  return {
    async publish(topic, batch) {
      if (closed) throw new BusError('bus-closed', 'the bus is closed');
      checkMessages(topic, batch);
      if (waiting.length > 0 && waiting.length + batch.length > mostWaiting) {
        throw new BusError('bus-full', `${waiting.length} messages wait to be sent`);
      }
      const outcomes = batch.map(
        (message) =>
          new Promise<PromiseSettledResult<Published>>((done) => {
            waiting.push({ message, bytes: messageBytes(message), topic, done });
          }),
      );
      running ??= drain();
      return (await Promise.all(outcomes)).map((outcome) => {
        if (outcome.status === 'rejected') throw outcome.reason;
        return outcome.value;
      });
    },
    async close() {
      closed = true;
      await running;
    },
  };
}

/** The longest run of one topic from the front that one request may carry; at least one message if there is any. */
function take(waiting: Waiting[]): Waiting[] {
  let bytes = 0;
  let count = 0;
  for (const entry of waiting) {
    const fits = count < mostMessages && bytes + entry.bytes <= mostBytes && entry.topic === waiting[0]!.topic;
    if (count > 0 && !fits) break;
    bytes += entry.bytes;
    count++;
  }
  return waiting.splice(0, count);
}
