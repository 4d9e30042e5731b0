import { type WriteAnswer, type WriteCommand } from './command.js';
import { decide } from './decide.js';
import { createDraft, type Draft } from './draft.js';
import { DeadlinePassed, StoreUnavailable } from './errors.js';
import { originalOf } from './event.js';
import { type RecentIds } from './recent-ids.js';
import { type StateCache } from './state-cache.js';
import { type Store } from './store.js';

interface Waiting {
  command: WriteCommand;
  resolve: (answer: WriteAnswer) => void;
  reject: (error: Error) => void;
}

export interface WriterParts {
  store: Store;
  states: StateCache;
  recent: RecentIds;
  now: () => number;
  /** Position of the last event in the log. */
  lastPosition: () => number;
  /** The draft is durable: tell the readers. */
  committed: (draft: Draft) => void;
  /** The store failed in the middle. Until this resolves, writes are refused; false means for ever, because the log closes. */
  recover: (cause: unknown) => Promise<boolean>;
  /** Writes are taken again. */
  recovered: () => void;
}

export interface Writer {
  write(command: WriteCommand): Promise<WriteAnswer>;
  /** The store was found lost between groups. A group under way finds out by itself. */
  interrupt(cause: unknown): void;
}

const maxGroupEvents = 2_000;
const maxGroupBytes = 8 * 1024 * 1024;

/**
 * The one writer. Whatever arrives while a group is being made durable becomes the next group: group commit without a timer.
 * No answer leaves before its group is durable, refusals included, because they too rest on what the group wrote.
 */
export function createWriter(parts: WriterParts): Writer {
  const { store, states, recent } = parts;
  let queue: Waiting[] = [];
  let running = false;
  let available = true;

  async function run(first: () => Promise<void> = async () => undefined): Promise<void> {
    running = true;
    await first();
    while (queue.length > 0) await commit(takeGroup());
    running = false;
  }

  function takeGroup(): Waiting[] {
    let events = 0;
    let bytes = 0;
    let size = 0;
    for (const { command } of queue) {
      if (size > 0 && (events >= maxGroupEvents || bytes >= maxGroupBytes)) break;
      size += 1;
      if (command.intent.kind !== 'append') continue;
      events += command.intent.events.length;
      for (const event of command.intent.events) bytes += event.data.length + event.metadata.length;
    }
    const group = queue.slice(0, size);
    queue = queue.slice(size);
    return group;
  }

  async function commit(waiting: readonly Waiting[]): Promise<void> {
    const group = waiting.filter(stillWanted);
    try {
      const originals = new Set(group.map(({ command }) => originalOf(command.stream)));
      const draft = createDraft(await states.get([...originals]), parts.lastPosition(), parts.now());
      const answers: WriteAnswer[] = [];
      for (const { command } of group) answers.push(await decide(command, draft, recent, store));
      if (draft.events.length > 0) {
        await store.append(draft.events);
        parts.committed(draft);
      }
      for (const [index, answer] of answers.entries()) group[index]?.resolve(answer);
    } catch (cause) {
      refuse(group, cause);
      await recover(cause);
    }
  }

  function stillWanted({ command, reject }: Waiting): boolean {
    if (command.deadline === undefined || command.deadline > parts.now()) return true;
    reject(new DeadlinePassed(`The deadline of an append to ${command.stream} passed before its turn came.`));
    return false;
  }

  function refuse(group: readonly Waiting[], cause?: unknown): void {
    for (const { reject } of group)
      reject(new StoreUnavailable('The event store cannot reach its storage.', { cause }));
  }

  async function recover(cause: unknown): Promise<void> {
    available = false;
    refuse(queue, cause);
    queue = [];
    available = await parts.recover(cause);
    if (available) parts.recovered();
  }

  return {
    write: (command) =>
      new Promise((resolve, reject) => {
        const waiting = { command, resolve, reject };
        if (!available) return refuse([waiting]);
        queue.push(waiting);
        if (!running) void run();
      }),
    interrupt: (cause) => {
      if (!running) void run(() => recover(cause));
    },
  };
}
