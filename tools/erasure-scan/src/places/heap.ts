import { createReadStream } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import type { Needle } from '../needles.js';
import type { Report } from '../report.js';
import { formsInStream } from '../search.js';
import { filesBelow } from './files.js';
import { inDatabase } from './postgres.js';

/** Which relation a file of a cluster belongs to, as `base/<database>/<file node>`. */
type Owners = ReadonlyMap<string, string>;

/**
 * The files of a PostgreSQL cluster, byte by byte: rows that were deleted lie there until their pages are written anew. What
 * is in live rows {@link scanPostgres} finds as well; what is here alone is residue. Values that were stored compressed do
 * not show.
 * @param folder of the cluster, with `base` and `pg_wal`
 */
export async function scanCluster(
  folder: string,
  url: string,
  needles: readonly Needle[],
  report: Report,
): Promise<void> {
  let owners: Owners = new Map();
  try {
    // So that what was written stands in the files.
    owners = await inDatabase(url, undefined, async (pool) => {
      await pool.query('checkpoint');
      const { rows } = await pool.query<{ name: string }>('select datname as name from pg_database where datallowconn');
      return ownersIn(
        url,
        rows.map(({ name }) => name),
      );
    });
  } catch (error) {
    report.blind('PostgreSQL, which file is which table', error);
  }
  for await (const path of filesBelow(folder, report)) {
    const place = relative(folder, path);
    if (!/^(base|global|pg_wal)\b/.test(place)) continue;
    const counted = (bytes: number) => report.looked(`PostgreSQL file ${place}`, bytes);
    try {
      const forms = await formsInStream(needles, createReadStream(path), counted);
      if (forms.length > 0) report.residue(...whereAndHow(place, owners, forms));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') report.blind(path, error);
    }
  }
}

/** Where the bytes lie, which forms, and what removes them. */
function whereAndHow(place: string, owners: Owners, forms: string[]): [string, string[], string] {
  if (place.startsWith('pg_wal')) {
    return ['PostgreSQL write-ahead log', forms, 'its recycling, with the next checkpoints,'];
  }
  // Segments and forks of a relation have its name with an ending: `16384.1`, `16384_fsm`.
  const owner = owners.get(join(dirname(place), basename(place).replace(/[._].*$/, '')));
  const table = owner?.split(' ').at(-1);
  return [`PostgreSQL pages of ${owner ?? place}`, forms, table ? `VACUUM FULL ${table}` : 'VACUUM FULL'];
}

async function ownersIn(url: string, databases: readonly string[]): Promise<Owners> {
  const owners = new Map<string, string>();
  for (const database of databases) {
    await inDatabase(url, database, async (pool) => {
      const { rows } = await pool.query<{ file: string; name: string }>(
        'select pg_relation_filepath(oid) as file, oid::regclass::text as name from pg_class where relfilenode <> 0',
      );
      for (const { file, name } of rows) owners.set(file, `${database} ${name}`);
    });
  }
  return owners;
}
