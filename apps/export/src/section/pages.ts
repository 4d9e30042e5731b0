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

export interface Page {
  data: unknown[];
  /** Absent where a list has no pages. */
  meta?: { has_next_page: boolean; current_page?: number; next_cursor?: string | null };
}

const wholeAnswer = (body: unknown): Page => body as Page;

/**
 * All items of a list, page by page: the next one is asked for when those of the last are used up.
 * @param pageIn where the page is in an answer; the whole of it unless said
 */
export async function* readList(
  reading: Reading,
  path: string,
  signal: AbortSignal,
  pageIn: (body: unknown) => Page = wholeAnswer,
): AsyncGenerator<unknown> {
  let next = `page=1`;
  for (;;) {
    const { data, meta } = pageIn(await readOne(reading, `${path}?limit=${pageSize}&${next}`, signal));
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
