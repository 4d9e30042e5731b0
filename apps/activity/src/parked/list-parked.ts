import { listParkedRoute, Problem, type ParkedAsk, type ParkedWork, type ParkingService } from '@annals/contracts';
import {
  decodeCursor,
  encodeCursor,
  mergeParked,
  mount,
  type CursorScope,
  type Logger,
  type MountedRoute,
  type SealedTexts,
} from '@annals/service';
import { type Peer } from './peers.js';
import { shownAccount } from './shown-account.js';

/**
 * GET /parked: asks every service at once and joins what those in time have answered. In the order of time and id, which
 * all of them keep, so that a page begins where the one before ended in each.
 */
export const listParked = (peers: readonly Peer[], texts: SealedTexts, logger: Logger): MountedRoute =>
  mount(listParkedRoute, async ({ context, query }) => {
    const { service, kind, source, sort_order, limit, cursor } = query;
    const shown = shownAccount(context);
    if (shown !== undefined && (query.account_id ?? shown) !== shown) {
      throw new Problem(403, 'account-mismatch', 'The elevation is for another account');
    }
    const account_id = shown ?? query.account_id;
    const filter = { service, kind, source, account_id, sort_order };
    const scope = scopeOf(filter);
    const [after_at, after_id] = cursor === undefined ? [] : decodeCursor(texts, scope, cursor);
    const ask: ParkedAsk = { kind, source, account_id, sort_order, limit: limit + 1, after_at, after_id };

    const asked = peers.filter((peer) => service === undefined || peer.service === service);
    const unanswered: ParkingService[] = [];
    const pages = await Promise.all(
      asked.map((peer) =>
        peer.list(ask, context).catch((error: unknown): ParkedWork[] => {
          logger.warn({ dependency: peer.service, error }, 'parked work could not be asked for');
          unanswered.push(peer.service);
          return [];
        }),
      ),
    );
    const found = mergeParked(pages, sort_order);
    const data = found.slice(0, limit);
    const last = data.at(-1);
    const next_cursor = found.length > limit && last ? encodeCursor(texts, scope, [last.parked_at, last.id]) : null;
    return { status: 200, body: { data, meta: { limit, next_cursor, unanswered: unanswered.sort() } } };
  });

const scopeOf = ({ account_id, ...filter }: Record<string, string | undefined>): CursorScope => ({
  list: 'parked',
  accountId: account_id ?? 'house',
  filter: Object.fromEntries(Object.entries(filter).map(([name, value]) => [name, value ?? null])),
});
