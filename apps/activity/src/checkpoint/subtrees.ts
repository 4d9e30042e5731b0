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

/** By `level:index`. Of an entry whose event was removed, retention has kept the hash. */
async function readKept(tx: Tx, log: string, wanted: readonly Kept[]): Promise<Map<string, Hash>> {
  const leaves = wanted.filter(({ level }) => level === 0);
  const tiles = wanted.filter(({ level }) => level > 0);
  const bounds = (kept: readonly Kept[]) => [
    kept.map(({ first }) => String(first)),
    kept.map(({ first, count }) => String(first + count)),
  ];
  const { rows } = await tx.query<{ level: number; idx: string; hash: Hash }>(
    `with leaves as (select * from unnest($2::bigint[], $3::bigint[]) as r(first, beyond))
     select 0 as level, k.seq as idx, k.hash
     from leaves join public.kept_leaves k on k.log = $1 and k.seq >= first and k.seq < beyond
     union all
     select 0, e.seq, e.hash
     from leaves join ${auditTable} e on e.account_id = $1 and e.seq >= first and e.seq < beyond
     union all
     select t.level, t.idx, t.hash
     from unnest($4::int[], $5::bigint[], $6::bigint[]) as r(level, first, beyond)
     join ${tilesTable} t on t.account_id = $1 and t.level = r.level and t.idx >= r.first and t.idx < r.beyond`,
    [log, ...bounds(leaves), tiles.map(({ level }) => level), ...bounds(tiles)],
  );
  return new Map(rows.map(({ level, idx, hash }) => [`${level}:${idx}`, hash]));
}
