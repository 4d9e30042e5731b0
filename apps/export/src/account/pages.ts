import { setTimeout as wait } from 'node:timers/promises';
import { headers, Problem, takeoutPageOf, type IdentityContext, type RequestContext } from '@annals/contracts';
import { categoryOf, encodeTokens, type EventStore, type Position, type PositionToken } from '@annals/event-store';
import type { InternalAnswer, InternalClient } from '@annals/service';
import type { z } from 'zod';

/** One reading of what identity holds of an account. */
export interface Walk {
  client: Pick<InternalClient, 'call'>;
  store: Pick<EventStore, 'readAll'>;
  identity: IdentityContext;
  request: RequestContext;
  signal: AbortSignal;
}

/** A list of identity's that is read from a view. */
export interface Pages<S extends z.ZodType> {
  path: string;
  item: S;
  /** Categories whose events say what is in the list. */
  madeOf: readonly string[];
}

/** What is asked for is a hundred people at once, on a machine that has others to serve. */
const timeoutMs = 30_000;
const patienceMs = 60_000;

/** Asks identity for something of the account that it reads from the events themselves. */
export const ask = (
  { client, identity, request, signal }: Walk,
  path: string,
  head: Record<string, string> = {},
): Promise<InternalAnswer> =>
  client.call({ ...{ method: 'GET', path, identity, request, signal, timeoutMs }, headers: head });

/**
 * All items by id, page by page: the next one is asked for when those of the last are used up. Everything that was there
 * when the first one was asked for is to be seen.
 * @throws Problem 503 `projection-behind` when the view has not come there after a minute
 */
export async function* pagesOf<S extends z.ZodType>(
  walk: Walk,
  { path, item, madeOf }: Pages<S>,
): AsyncGenerator<z.output<S>[]> {
  const answer = takeoutPageOf(item);
  const atLeast = await lastOfEach(walk.store, madeOf);
  for (let after: string | null = null; ;) {
    const asked: string = after === null ? path : `${path}?after=${after}`;
    const page = answer.parse((await whenSeen(walk, asked, atLeast)).body);
    yield page.data;
    if (page.next === null) return;
    after = page.next;
  }
}

/** A view that is behind gets its time: it catches up by itself. */
async function whenSeen(walk: Walk, path: string, atLeast: readonly PositionToken[]): Promise<InternalAnswer> {
  const head: Record<string, string> = atLeast.length === 0 ? {} : { [headers.minPosition]: encodeTokens(atLeast) };
  for (const until = Date.now() + patienceMs; ;) {
    try {
      return await ask(walk, path, head);
    } catch (error) {
      const behind = error instanceof Problem && error.code === 'projection-behind';
      if (!behind || Date.now() > until) throw error;
      await wait(250, undefined, { signal: walk.signal });
    }
  }
}

/**
 * So many events are looked through for the last one of each category. A view moves over events of others, too, but only
 * now and then: past so many it has done so.
 */
const mostPassedOver = 10_000;

/**
 * The last event of each category, and nothing for one that has none. The end of the store, or a later event of another
 * category, would be a position that a view comes to only when something else happens.
 */
export async function lastOfEach(
  store: Pick<EventStore, 'readAll'>,
  categories: readonly string[],
  limit = mostPassedOver,
): Promise<PositionToken[]> {
  const last = new Map<string, Position>();
  let looked = 0;
  for await (const { stream, position } of store.readAll({ backwards: true, limit, open: false })) {
    looked += 1;
    const here = looked === limit ? categories : [categoryOf(stream)];
    for (const category of here) if (categories.includes(category) && !last.has(category)) last.set(category, position);
    if (last.size === categories.length) break;
  }
  return [...last].map(([category, position]) => ({ category, position }));
}
