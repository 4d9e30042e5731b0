import { setTimeout as wait } from 'node:timers/promises';
import { type CurrentUserContext } from '@annals/contracts';
import { isConnectionLost, setTenant, withTransaction, type Pool, type Tx } from '@annals/postgres';
import { BusError, type BusErrorCode, type DeliveryContext, type InMsg } from '../bus.js';
import { type Logger } from '../logger.js';
import { type DeadLetter, type SendDeadLetters } from './dead-letter.js';
import { keepLetters } from './letters.js';
import { isRepeated, lockProgress, moveProgress } from './offsets.js';
import { keepMessages, parkedAmong, parkKey } from './parked.js';
import { inProcessSpan } from './process-span.js';
import { type Verdict, type VerifiedMessage } from './verify.js';

export type MessageHandler = (message: VerifiedMessage, context: CurrentUserContext, tx: Tx) => Promise<void>;

export interface ConsumerCounts {
  handled: number;
  /** Delivered or published again although already handled: dropped. */
  duplicates: number;
  /** Attempts after the first at one message. */
  retried: number;
  /** Context missing, forged or of another message, or payload unreadable: dead-lettered, handler not called. */
  refused: number;
  /** Messages put aside with their key. */
  parked: number;
}

export interface Handling {
  pool: Pool;
  system: string;
  group: string;
  handle: MessageHandler;
  retryDelaysMs: readonly number[];
  sendDeadLetters: SendDeadLetters;
  counts: ConsumerCounts;
  logger: Logger;
}

/**
 * Handles the messages of one partition: effect and offset in one transaction, all at once when all goes well, else
 * one by one. A message that fails after its retries is parked with its key, so that the later ones of the key wait too.
 */
export async function handleBatch(
  handling: Handling,
  verdicts: readonly Verdict[],
  delivery: DeliveryContext,
): Promise<void> {
  try {
    await attempt(handling, verdicts, delivery);
  } catch (error) {
    if (isNotTheMessages(error, delivery)) throw error;
    for (const verdict of verdicts) await handleOne(handling, verdict, delivery);
  }
}

async function handleOne(handling: Handling, verdict: Verdict, delivery: DeliveryContext): Promise<void> {
  const { retryDelaysMs, counts, logger, group } = handling;
  for (let failures = 0; ; failures++) {
    try {
      await attempt(handling, [verdict], delivery);
      return;
    } catch (error) {
      if (isNotTheMessages(error, delivery)) throw error;
      const { topic, key, id } = verdict.message;
      const delayMs = retryDelaysMs[failures];
      if (delayMs === undefined) {
        const reason = error instanceof Error ? error.message : String(error);
        await attempt(handling, [{ kind: 'poison', message: verdict.message, reason }], delivery);
        logger.error({ group, topic, key, message_id: id, error }, 'a key was parked');
        return;
      }
      counts.retried++;
      logger.warn(
        { group, topic, message_id: id, attempt: failures + 1, error },
        'a message failed and is tried again',
      );
      await wait(delayMs * (0.5 + Math.random() / 2), undefined, { signal: delivery.signal });
      await delivery.heartbeat();
    }
  }
}

/** Not the message's fault: the partition was taken away, or the database or the bus is out of reach. It is delivered again. */
function isNotTheMessages(error: unknown, { signal }: DeliveryContext): boolean {
  const bus = error instanceof BusError && engineErrors.includes(error.code);
  return signal.aborted || bus || isConnectionLost(error);
}

const engineErrors: readonly BusErrorCode[] = ['lease-lost', 'bus-unavailable', 'bus-full', 'bus-closed'];

type Task = Verdict | { kind: 'poison'; message: InMsg; reason: string };

/** One transaction. Counts only when it is committed. */
async function attempt(handling: Handling, tasks: readonly Task[], delivery: DeliveryContext): Promise<void> {
  const { pool, group, sendDeadLetters, counts } = handling;
  const last = tasks.at(-1)!.message;
  const done = { handled: 0, duplicates: 0, refused: 0, parked: 0 };
  await withTransaction(pool, async (tx) => {
    const progress = await lockProgress(tx, group, last).catch((cause: unknown) => {
      throw new BusError('bus-unavailable', `the offset of ${last.topic}/${last.partition} cannot be locked`, {
        cause,
      });
    });
    const fresh = tasks.filter(({ message }) => message.offset >= progress.next);
    // A refused message may come from anybody: only a plain, bounded copy of it reaches the database.
    const ours = fresh.filter((task) => task.kind !== 'refused').map((task) => task.message);
    const parked = await parkedAmong(tx, group, ours);
    const letters: DeadLetter[] = [];
    const refused: DeadLetter[] = [];
    const kept: InMsg[] = [];
    const park = (message: InMsg, reason: string) => {
      letters.push({ message, reason });
      kept.push(message);
      done.parked++;
    };
    for (const task of fresh) {
      const { message } = task;
      if (task.kind === 'refused') {
        letters.push(task);
        refused.push(task);
        done.refused++;
      } else if (isRepeated(progress, message)) {
        done.duplicates++;
      } else if (task.kind === 'poison') {
        await parkKey(tx, group, message, { reason: task.reason, attempts: handling.retryDelaysMs.length + 1 });
        park(message, task.reason);
      } else if (parked.has(message.key)) {
        park(message, 'an earlier message of its key is parked');
      } else {
        await delivery.heartbeat();
        await handleIn(handling, tx, task);
        done.handled++;
      }
    }
    done.duplicates += tasks.length - fresh.length;
    await keepMessages(tx, group, kept);
    await keepLetters(tx, group, refused);
    await sendDeadLetters(last.topic, letters);
    if (fresh.length > 0) await moveProgress(tx, group, last, progress);
  });
  for (const name of ['handled', 'duplicates', 'refused', 'parked'] as const) counts[name] += done[name];
}

/** Runs the handler in its span, in the transaction, as the tenant of the message. */
export async function handleIn(
  { system, group, handle }: Pick<Handling, 'system' | 'group' | 'handle'>,
  tx: Tx,
  { message, context }: { message: VerifiedMessage; context: CurrentUserContext },
): Promise<void> {
  await inProcessSpan(system, group, message, async () => {
    await setTenant(tx, context.account_id);
    await handle(message, context, tx);
  });
}
