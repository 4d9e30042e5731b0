import { type ActivityEntry, type ActivityFilter } from '@annals/contracts';
import { type Pool, tenantQuery } from '@annals/postgres';
import { type AddressOpener } from '../log/open-address.js';
import { narrowed, type Whose } from './narrowed.js';
import { activityTable, openEntries, placeColumns, storedColumns, type StoredEntry } from './stored-entry.js';

/** Place of an entry in the log of its account: position of its event, and its number within it. */
export type Place = readonly [commit: string, prepare: string, index: string];

export const placeOf = ({ commit_pos, prepare_pos, idx }: StoredEntry): Place => [commit_pos, prepare_pos, idx];

export interface Walk {
  about: Whose;
  /** Who reads. */
  reader: string;
  filter: ActivityFilter;
  order: 'asc' | 'desc';
}

/** Entries read at once: what an export holds in memory, however long it is. */
export const pageSize = 100;

const place = `(${placeColumns.join(', ')})`;

/** The next entries after a place, in the walk's order; the first ones when there is no place. */
export async function nextEntries(
  pool: Pool,
  { about, reader, filter, order }: Walk,
  after: Place | null,
  { upTo = null, limit = pageSize }: { upTo?: Place | null; limit?: number } = {},
): Promise<StoredEntry[]> {
  const where = narrowed(about, filter);
  const values = [...where.values];
  const beyond = (sign: '<' | '>' | '<=', [commit, prepare, index]: Place): string =>
    ` and ${place} ${sign} ($${values.push(commit)}::bigint, $${values.push(prepare)}::bigint, $${values.push(index)}::bigint)`;
  let limits = after ? beyond(order === 'asc' ? '>' : '<', after) : '';
  if (upTo) limits += beyond('<=', upTo);
  const ordered = placeColumns.map((column) => `${column} ${order}`).join(', ');
  const text = `select ${storedColumns} from ${activityTable} where ${where.text()}${limits} order by ${ordered} limit ${limit}`;
  const { rows } = await tenantQuery<StoredEntry>(pool, { accountId: about.accountId, userId: reader }, text, values);
  return rows;
}

/** Where the newest entry of somebody is, whatever the filter; what comes into the log later stands behind it. */
export async function newestPlace(pool: Pool, walk: Omit<Walk, 'order'>): Promise<Place> {
  const [newest] = await nextEntries(pool, { ...walk, filter: {}, order: 'desc' }, null, { limit: 1 });
  return newest ? placeOf(newest) : ['0', '0', '0'];
}

/**
 * All entries that are there when the walk begins, page by page, each read when the one before was taken. No transaction
 * stays open between them.
 */
export async function* walkEntries(
  pool: Pool,
  store: AddressOpener,
  walk: Walk,
): AsyncGenerator<ActivityEntry[], void> {
  // What is added meanwhile would let a walk towards the newest never end.
  const upTo = await newestPlace(pool, walk);
  for (let after: Place | null = null; ;) {
    const rows: StoredEntry[] = await nextEntries(pool, walk, after, { upTo });
    if (rows.length > 0) yield await openEntries(store, rows);
    if (rows.length < pageSize) return;
    after = placeOf(rows.at(-1)!);
  }
}
