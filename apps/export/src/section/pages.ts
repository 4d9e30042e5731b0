import type { IdentityContext, RequestContext } from '@annals/contracts';
import type { InternalClient } from '@annals/service';

/** Reads from another service on somebody's behalf, for one request. */
export interface Reading {
  client: InternalClient;
  identity: IdentityContext;
  request: RequestContext;
}

/** What a GET of another service answers. */
export async function readOne(
  { client, identity, request }: Reading,
  path: string,
  signal: AbortSignal,
): Promise<unknown> {
  return (await client.call({ method: 'GET', path: `/api/v1${path}`, identity, request, signal })).body;
}

const pageSize = 100;

interface Page {
  data: unknown[];
  /** Absent where a list has no pages. */
  meta?: { has_next_page: boolean; current_page?: number; next_cursor?: string | null };
}

/** All items of a list, page by page: the next one is asked for when those of the last are used up. */
export async function* readList(reading: Reading, path: string, signal: AbortSignal): AsyncGenerator<unknown> {
  let next = `page=1`;
  for (;;) {
    const { data, meta } = (await readOne(reading, `${path}?limit=${pageSize}&${next}`, signal)) as Page;
    yield* data;
    if (!meta?.has_next_page) return;
    // A walk by cursor is not disturbed by what is added meanwhile; short lists have pages only.
    next = meta.next_cursor ? `cursor=${encodeURIComponent(meta.next_cursor)}` : `page=${(meta.current_page ?? 1) + 1}`;
  }
}

/** All items of a list that is short by nature and has no pages. */
export async function* readShortList(reading: Reading, path: string, signal: AbortSignal): AsyncGenerator<unknown> {
  yield* ((await readOne(reading, path, signal)) as Page).data;
}
