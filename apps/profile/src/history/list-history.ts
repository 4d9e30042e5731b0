import { listPreferencesHistoryRoute, listProfileHistoryRoute } from '@annals/contracts';
import { type EventStore, streamName } from '@annals/event-store';
import {
  type CursorScope,
  decodeCursor,
  encodeCursor,
  type MountedRoute,
  mount,
  type SealedTexts,
} from '@annals/service';
import { ownerOf, streamOf } from '../owner.js';
import { preferences } from '../preferences/preferences.js';
import { profile } from '../profile/profile.js';
import { readHistory } from './read-history.js';

export interface HistoryParts {
  store: EventStore;
  /** For cursors. */
  texts: SealedTexts;
}

type HistoryRoute = typeof listProfileHistoryRoute | typeof listPreferencesHistoryRoute;

/** One's own history of what lives in the streams of a category. It comes from the stream itself, so it is never behind. */
const listHistory = (route: HistoryRoute, category: string, { store, texts }: HistoryParts): MountedRoute =>
  mount<HistoryRoute['definition']>(route, async ({ context, query: { limit, cursor } }) => {
    const owner = ownerOf(context);
    const scope: CursorScope = {
      ...{ list: `${category} history`, accountId: owner.account_id },
      filter: { user_id: owner.user_id },
    };
    const before = cursor === undefined ? null : BigInt(decodeCursor(texts, scope, cursor)[0]);
    const stream = streamName(category, streamOf(owner));
    const { entries, hasMore } = await readHistory(store, stream, owner.user_id, { before, limit });
    const oldest = entries.at(-1);
    const next_cursor = hasMore && oldest ? encodeCursor(texts, scope, [oldest.revision, owner.user_id]) : null;
    return { status: 200, body: { data: entries, meta: { limit, has_next_page: hasMore, next_cursor } } };
  });

/** GET /users/profile/history */
export const listProfileHistory = (parts: HistoryParts): MountedRoute =>
  listHistory(listProfileHistoryRoute, profile.category, parts);

/** GET /users/preferences/history */
export const listPreferencesHistory = (parts: HistoryParts): MountedRoute =>
  listHistory(listPreferencesHistoryRoute, preferences.category, parts);
