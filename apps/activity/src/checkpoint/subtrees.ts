import { Problem } from '@annals/contracts';
import { joined, nodeHash, subtreesOf, type Hash, type Range, type Subtree } from '@annals/ledger';
import { type Pool, withTenant, type Tx } from '@annals/postgres';
import { auditTable, tilesTable } from '../audit/audit-table.js';

/** Subtrees are kept at every eighth level; one between them is made of at most 128 of the level below it. */
const levelsApart = 8;

/** A complete subtree as what is kept of it: hashes of one level, from `first` on. */
interface Kept {
  level: number;
  first: number;
  count: number;
}

/**
 * Roots over ranges of a log, in their order.
 * @throws Problem 410 `entries-gone` when entries that they need are not there any more
 */
export function rangeRoots(pool: Pool, log: string, ranges: readonly Range[]): Promise<Hash[]> {
  return withTenant(pool, { accountId: log }, async (tx) => {
    const hashOf = await readKept(tx, log, ranges.flatMap(subtreesOf).map(keptOf));
    return ranges.map((range) => joined(subtreesOf(range).map((subtree) => rootOfKept(keptOf(subtree), hashOf))));
  });
}

function keptOf({ level, index }: Subtree): Kept {
  const count = 2 ** (level % levelsApart);
  return { level: level - (level % levelsApart), first: index * count, count };
}

function rootOfKept({ level, first, count }: Kept, hashOf: ReadonlyMap<string, Hash>): Hash {
  let hashes = Array.from({ length: count }, (_, offset): Hash => {
    const hash = hashOf.get(`${level}:${first + offset}`);
    if (!hash) throw new Problem(410, 'entries-gone', 'Entries that this would be proved by are not kept any more');
    return hash;
  });
  while (hashes.length > 1) {
    hashes = Array.from({ length: hashes.length / 2 }, (_, pair) => nodeHash(hashes[2 * pair]!, hashes[2 * pair + 1]!));
  }
  return hashes[0]!;
}

/** By `level:index`. Of an entry that is gone, its hash may have been kept as a tile of level 0. */
async function readKept(tx: Tx, log: string, wanted: readonly Kept[]): Promise<Map<string, Hash>> {
  const leaves = wanted.filter(({ level }) => level === 0);
  const bounds = (kept: readonly Kept[]) => [
    kept.map(({ first }) => String(first)),
    kept.map(({ first, count }) => String(first + count)),
  ];
  const [entries, tiles] = await Promise.all([
    tx.query<{ seq: string; hash: Hash }>(
      `select e.seq, e.hash from unnest($2::bigint[], $3::bigint[]) as r(first, beyond)
       join ${auditTable} e on e.account_id = $1 and e.seq >= r.first and e.seq < r.beyond`,
      [log, ...bounds(leaves)],
    ),
    tx.query<{ level: number; idx: string; hash: Hash }>(
      `select t.level, t.idx, t.hash from unnest($2::int[], $3::bigint[], $4::bigint[]) as r(level, first, beyond)
       join ${tilesTable} t on t.account_id = $1 and t.level = r.level and t.idx >= r.first and t.idx < r.beyond`,
      [log, wanted.map(({ level }) => level), ...bounds(wanted)],
    ),
  ]);
  return new Map([
    ...tiles.rows.map(({ level, idx, hash }) => [`${level}:${idx}`, hash] as const),
    ...entries.rows.map(({ seq, hash }) => [`0:${seq}`, hash] as const),
  ]);
}
