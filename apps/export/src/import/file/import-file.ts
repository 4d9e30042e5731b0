import { Problem } from '@annals/contracts';
import { openStream, type BytesPlace } from '@annals/event-store';
import { type Pool, type Sql, withTransaction } from '@annals/postgres';
import { pipeline, type Readable } from 'node:stream';
import type { DocumentStore } from '../../document/sealed-document.js';

/** Which file of whose import. */
export interface ImportFile {
  fileId: string;
  importId: string;
  accountId: string;
  userId: string;
}

/** How many imports may wait or run at a time, so that one person or account does not take the worker from the others. */
export interface ImportRoom {
  perPerson: number;
  perAccount: number;
}
export const importRoom: ImportRoom = { perPerson: 2, perAccount: 5 };

/** A file of its own for each upload: one that is repeated writes over nothing. */
export const placeOf = ({ fileId, accountId, userId }: Omit<ImportFile, 'importId'>): BytesPlace => ({
  ...{ subject: userId, accountId, name: `imports/${accountId}/${fileId}` },
});

/**
 * Notes a file before its bytes come, so that none stays behind unseen; those of one account one after the other, so that
 * any number at once get no more than there is room for.
 * @param now RFC 3339
 * @throws Problem 429 `imports-running`, `too-many-imports`
 */
export async function noteFile(pool: Pool, file: ImportFile, room: ImportRoom, now: string): Promise<void> {
  await withTransaction(pool, async (tx) => {
    await tx.query("select pg_advisory_xact_lock(hashtext('annals.import'), hashtext($1))", [file.accountId]);
    const { rows } = await tx.query<{ all: number; own: number }>(
      `select count(distinct import_id)::int as all, (count(distinct import_id) filter (where owner = $2))::int as own
         from import_file where account = $1 and ended_at is null and import_id <> $3`,
      [file.accountId, file.userId, file.importId],
    );
    const { all, own } = rows[0]!;
    if (own >= room.perPerson) throw full('imports-running', `You have ${own} imports that have not ended`);
    if (all >= room.perAccount) throw full('too-many-imports', `This account has ${all} imports that have not ended`);
    await tx.query(
      'insert into import_file (file_id, import_id, account, owner, noted_at) values ($1, $2, $3, $4, $5)',
      [file.fileId, file.importId, file.accountId, file.userId, now],
    );
  });
}

const full = (code: string, detail: string) => new Problem(429, code, detail, { headers: { 'retry-after': '30' } });

/** Removes the bytes of a file that came to be no import, and forgets it. */
export async function dropFile({ objects }: Pick<DocumentStore, 'objects'>, sql: Sql, file: ImportFile): Promise<void> {
  await objects.remove(placeOf(file).name);
  await sql.query('delete from import_file where file_id = $1', [file.fileId]);
}

/** Removes the bytes of an import that is over. That there were some is remembered as long as its report. */
export async function endFile(
  { objects }: Pick<DocumentStore, 'objects'>,
  sql: Sql,
  file: ImportFile,
  now: string,
): Promise<void> {
  await objects.remove(placeOf(file).name);
  await sql.query('update import_file set ended_at = coalesce(ended_at, $2) where file_id = $1', [file.fileId, now]);
}

/** The file in clear. Its errors come through the stream: ObjectNotFound, Problem 410 `subject-erased`. */
export const openFile = ({ objects, keys }: DocumentStore, file: ImportFile): Readable =>
  pipeline(objects.read(placeOf(file).name), openStream(keys, placeOf(file)), () => undefined);
