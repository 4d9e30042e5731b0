import { once } from 'node:events';
import { type Checkpoint } from '@annals/contracts';
import { type EventStore } from '@annals/event-store';
import { consistencyRanges, subtreesOf, type Hash, type Range } from '@annals/ledger';
import { type Pool, withTenant } from '@annals/postgres';
import { type Response } from '@annals/service';
import { type AuditRow } from '../audit/audit-row.js';
import { auditTable, storedColumns } from '../audit/audit-table.js';
import { openEntry } from '../audit/open-entry.js';
import { rangeRoots } from '../checkpoint/subtrees.js';
import { exportLine } from './export-line.js';
import { hexOf } from './signed-log.js';

/** A part of a log to be written out, all of it signed. */
export interface LogPart {
  pool: Pool;
  store: Pick<EventStore, 'openField'>;
  log: string;
  /** First entry. */
  start: number;
  /** Behind the last entry. */
  end: number;
  /** Of `end` entries at least; null of a log that has none. */
  checkpoint: Checkpoint | null;
  /** Whether readable values stand beside the sealed ones, as `opened`. */
  opened: boolean;
}

/** Entries in memory at most. */
const pageSize = 500;

const entriesQuery = `select ${storedColumns} from ${auditTable} where account_id = $1 and seq >= $2 and seq < $3`;
const leavesQuery = 'select seq, hash from public.kept_leaves where log = $1 and seq >= $2 and seq < $3';

/**
 * Writes one line for each entry, as fast as they are taken and no faster. A part that does not begin at the beginning has
 * a line in front, `before`, with the peaks of the tree up to there, so that roots can be computed all the same. Of an entry
 * that retention removed there is only the hash, under `gone`. The last line says with which checkpoint the part ends;
 * without it something is missing.
 */
export async function streamLog(part: LogPart, res: Response): Promise<void> {
  const { pool, log, start, end, checkpoint } = part;
  const send = sender(res);
  if (start > 0) await send(`${JSON.stringify({ before: await peaksBefore(pool, log, start) })}\n`);
  for (let next = start; next < end && !res.destroyed; next += pageSize) {
    const lines = await linesOf(part, next, Math.min(next + pageSize, end));
    await send(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  }
  const rest = checkpoint ? consistencyRanges(end, checkpoint.head.size) : [];
  const path = hexOf(await rangeRoots(pool, log, rest));
  await send(`${JSON.stringify({ checkpoint, size: end, path })}\n`);
}

/** Lines of the entries from `first` up to, but without, `beyond`. */
async function linesOf(part: LogPart, first: number, beyond: number): Promise<object[]> {
  const { pool, log } = part;
  const values = [log, first, beyond];
  const [entries, leaves] = await withTenant(pool, { accountId: log }, (tx) =>
    Promise.all([tx.query<AuditRow>(entriesQuery, values), tx.query<Leaf>(leavesQuery, values)]),
  );
  const rowOf = new Map(entries.rows.map((row) => [Number(row.seq), row]));
  const hashOf = new Map(leaves.rows.map(({ seq, hash }) => [Number(seq), hash]));
  const places = Array.from({ length: beyond - first }, (_, offset) => first + offset);
  return Promise.all(
    places.map(async (seq) => {
      const row = rowOf.get(seq);
      if (row) return lineOf(part, row);
      const hash = hashOf.get(seq);
      if (!hash) throw new Error(`The log ${log} has neither entry ${seq} nor its hash`);
      return { gone: { seq, hash: hash.toString('hex') } };
    }),
  );
}

interface Leaf {
  seq: string;
  hash: Hash;
}

async function lineOf({ store, opened }: LogPart, row: AuditRow): Promise<object> {
  const line = exportLine(row);
  if (!opened) return line;
  const { changes, ip_address } = await openEntry(store, row);
  return { ...line, opened: { changes, ip_address } };
}

async function peaksBefore(pool: Pool, log: string, size: number): Promise<{ size: number; peaks: string[] }> {
  const whole: Range = { start: 0, end: size };
  const ranges = subtreesOf(whole).map(({ level, index }) => {
    const width = 2 ** level;
    return { start: index * width, end: (index + 1) * width };
  });
  return { size, peaks: hexOf(await rangeRoots(pool, log, ranges)) };
}

/** Waits whenever the reader is slower; a reader who went away is not waited for. */
function sender(res: Response): (text: string) => Promise<void> {
  const gone = new AbortController();
  res.once('close', () => gone.abort());
  return async (text) => {
    if (res.destroyed || res.write(text)) return;
    await once(res, 'drain', { signal: gone.signal }).catch(() => undefined);
  };
}
