import { setTimeout as wait } from 'node:timers/promises';
import { headers, Problem, takeoutPageOf, type IdentityContext, type RequestContext } from '@annals/contracts';
import { categoryOf, encodeTokens, type EventStore, type Position } from '@annals/event-store';
import type { InternalAnswer, InternalCall, InternalClient } from '@annals/service';
import type { z } from 'zod';

/** One walk through what identity holds of an account. */
export interface Walk {
  client: Pick<InternalClient, 'call'>;
  identity: IdentityContext;
  request: RequestContext;
  /** `x-min-position`: everything that was there when the walk began is to be seen. */
  atLeast: string;
  signal: AbortSignal;
}

/** What the walked views are made of. */
const categories: readonly string[] = ['membership', 'user', 'invitation'];

/**
 * So many events are looked through for the last one of each category. A view moves over events of others, too, but only now and
 * then: past so many it has done so.
 */
const mostPassedOver = 10_000;

/**
 * Up to where those views have to have come: for each category its own last event. A later position of another category
 * would be one that a view comes to only when something else happens.
 */
export async function lastOfEach(store: Pick<EventStore, 'readAll'>, limit = mostPassedOver): Promise<string> {
  const last = new Map<string, Position>();
  let looked = 0;
  for await (const { stream, position } of store.readAll({ backwards: true, limit, open: false })) {
    looked += 1;
    const category = categoryOf(stream);
    if (categories.includes(category) && !last.has(category)) last.set(category, position);
    if (looked === limit) for (const rare of categories) if (!last.has(rare)) last.set(rare, position);
    if (last.size === categories.length) break;
  }
  return encodeTokens([...last].map(([category, position]) => ({ category, position })));
}

/** All items by id, page by page: the next one is asked for when those of the last are used up. */
export async function* pagesOf<S extends z.ZodType>(walk: Walk, path: string, item: S): AsyncGenerator<z.output<S>[]> {
  const answer = takeoutPageOf(item);
  for (let after: string | null = null; ;) {
    const asked: string = after === null ? path : `${path}?after=${after}`;
    const page = answer.parse((await whenSeen(walk, asked)).body);
    yield page.data;
    if (page.next === null) return;
    after = page.next;
  }
}

/** What is asked for is a hundred people at once, on a machine that has others to serve. */
const timeoutMs = 30_000;
const patienceMs = 60_000;

/** A view that is behind gets its time: it catches up by itself. @throws Problem 503 `projection-behind` after a minute */
export async function whenSeen(walk: Walk, path: string): Promise<InternalAnswer> {
  const { client, identity, request, signal, atLeast } = walk;
  const call: InternalCall = { ...{ method: 'GET', path, identity, request, signal, timeoutMs } };
  for (const until = Date.now() + patienceMs; ;) {
    try {
      return await client.call({ ...call, headers: { [headers.minPosition]: atLeast } });
    } catch (error) {
      const behind = error instanceof Problem && error.code === 'projection-behind';
      if (!behind || Date.now() > until) throw error;
      await wait(250, undefined, { signal });
    }
  }
}
