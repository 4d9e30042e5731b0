import { randomUUID } from 'node:crypto';
import { Problem } from '@annals/contracts';
import { uuidv7, type Aggregate, type EventStore, type PositionToken } from '@annals/event-store';
import { benchContext } from '../store-speed.js';

/** Events that only the logs follow: nothing but what is measured has work with them. */
const sketch: Aggregate<number> = { category: 'sweep', initial: 0, evolve: (count) => count + 1 };
const people = Array.from({ length: 100 }, () => randomUUID());

/** Events of one append; what their audit rows hold is of the usual size, with a sealed address. */
export async function appendEvents(store: EventStore, accountId: string, events: number): Promise<PositionToken> {
  const user_id = people[Math.floor(Math.random() * people.length)]!;
  const session_id = randomUUID();
  const until = new Date().toISOString();
  const data = { account_id: accountId, class: 'analytics', until, rows: 1, streams: 0, keys: 0 };
  const command = {
    id: uuidv7(),
    context: {
      ...{ ...benchContext(accountId), kind: 'user' as const, principal: null, user_id, session_id },
      ...{ ip_address: '203.0.113.7', user_agent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101' },
    },
    now: new Date().toISOString(),
    decide: () => Array.from({ length: events }, () => ({ type: 'RetentionApplied', data })),
  };
  for (let tries = 1; ; tries++) {
    try {
      const { position, category } = await store.execute(sketch, `${accountId}_${session_id}`, command);
      return { category, position: position! };
    } catch (error) {
      // A store that is too busy to answer in time is asked again: the same command has one effect.
      if (tries === 10 || !(error instanceof Problem) || error.status !== 503) throw error;
    }
  }
}

const atOnce = 250;
const writers = 4;

/** Fills an account's log. @returns the position of its last entries */
export async function fillLog(store: EventStore, accountId: string, events: number): Promise<PositionToken> {
  let left = events;
  let last: PositionToken | undefined;
  const write = async () => {
    while (left > 0) {
      const take = Math.min(left, atOnce);
      left -= take;
      const token = await appendEvents(store, accountId, take);
      if (!last || token.position.commit > last.position.commit) last = token;
    }
  };
  await Promise.all(Array.from({ length: writers }, write));
  return last!;
}
