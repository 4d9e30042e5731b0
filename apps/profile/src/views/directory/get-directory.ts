import { type DirectoryEntry, getDirectoryRoute, type QueryOf } from '@annals/contracts';
import { type Pool, type Tx, withTenant } from '@annals/postgres';
import {
  type CursorScope,
  decodeCursor,
  encodeCursor,
  mount,
  type MountedRoute,
  type PageEnd,
  type PositionWaiter,
  type SealedTexts,
} from '@annals/service';
import type { AvatarLinks } from '../../avatar/avatar-links.js';
import { shownThumbnail } from '../../avatar/shown-avatar.js';
import { ownerOf } from '../../owner.js';
import { seenBy } from '../../privacy/visibility.js';
import type { Entry } from './entry.js';
import { list } from './list.js';
import { readQuestion } from './question.js';
import { search } from './search.js';
import { schema } from './search-sql.js';

export interface DirectoryParts {
  pool: Pool;
  /** The running projection. */
  directory: PositionWaiter;
  /** For cursors. */
  texts: SealedTexts;
  avatarLinks: AvatarLinks;
}

/** How long a reader may wait for its position, in milliseconds. */
const longestWait = 1000;
/** People that one question shows, over all its pages: who needs more asks more precisely. */
const mostFound = 200;

type Query = QueryOf<(typeof getDirectoryRoute)['definition']>;
interface Page {
  ids: string[];
  /** Null on the last page. */
  end: PageEnd | null;
}

/**
 * GET /directory. Who asks is shown as the others see them. No total: a count would change with people who are hidden
 * from it, and counting costs more than a page.
 */
export const getDirectory = ({ pool, directory, texts, avatarLinks }: DirectoryParts): MountedRoute =>
  mount(getDirectoryRoute, async ({ context, query, minPosition }) => {
    const { account_id: accountId, user_id: userId } = ownerOf(context);
    const scope: CursorScope = { list: 'directory', accountId, filter: { q: query.q ?? null } };
    const after = query.cursor === undefined ? null : decodeCursor(texts, scope, query.cursor);
    await directory.waitFor(minPosition, longestWait);
    const { data, end } = await withTenant(pool, { accountId, userId }, async (tx) => {
      const page = await (query.q === undefined ? listed : found)(tx, accountId, query, after);
      return { data: await shown(tx, avatarLinks, accountId, page.ids), end: page.end };
    });
    const next_cursor = end && encodeCursor(texts, scope, end);
    return { status: 200, body: { data, meta: { limit: query.limit, has_next_page: end !== null, next_cursor } } };
  });

async function listed(tx: Tx, accountId: string, { limit }: Query, after: PageEnd | null): Promise<Page> {
  // One more than asked for tells whether there is a next page.
  const people = await list(tx, accountId, limit + 1, after);
  const last = people.length > limit ? people[limit - 1] : undefined;
  return {
    ids: people.slice(0, limit).map(({ user_id }) => user_id),
    end: last ? [last.sort_key, last.user_id] : null,
  };
}

/** What is best is known once all are ranked: a later page is the rest of a longer first one, and its cursor the length. */
async function found(tx: Tx, accountId: string, { q, limit }: Query, after: PageEnd | null): Promise<Page> {
  const seen = Number(after?.[1] ?? 0);
  const until = Math.min(seen + limit, mostFound);
  const people = await search(tx, accountId, readQuestion(q ?? ''), until + 1);
  return {
    ids: people.slice(seen, until),
    end: people.length > until && until < mostFound ? ['found', String(until)] : null,
  };
}

async function shown(tx: Tx, links: AvatarLinks, accountId: string, ids: readonly string[]): Promise<DirectoryEntry[]> {
  const { rows } = await tx.query<Entry & { user_id: string }>(
    `select user_id, state from ${schema}.entries where account_id = $1 and user_id = any($2::uuid[])`,
    [accountId, ids],
  );
  const states = new Map(rows.map(({ user_id, state }) => [user_id, state]));
  return ids.flatMap((user_id) => {
    const state = states.get(user_id);
    if (!state) return [];
    const person = { account_id: accountId, user_id };
    const { handle, name, pronouns, verified } = seenBy('member', person, state);
    const avatar = shownThumbnail(links, 'member', person, state);
    return [{ user_id, handle, name, pronouns, avatar, verified }];
  });
}
