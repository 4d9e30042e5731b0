import { withTenant, type Pool } from '@annals/postgres';
import type { Objects } from '@annals/objects';
import type { Eraser } from '@annals/service';
import { placeOf } from '../import/file/import-file.js';

export interface ImportsToErase {
  objects: Objects;
  pool: Pool;
}

interface FileRow {
  file_id: string;
  import_id: string;
}

/** Removes the files that a person brought into an account, their jobs, and what was wrong with their rows. */
export function erasesImports({ objects, pool }: ImportsToErase): Eraser {
  return {
    of: 'import_files',
    async remove({ account_id, user_id }) {
      if (account_id === null) return 0;
      const { rows } = await pool.query<FileRow>(
        'select file_id, import_id from import_file where account = $1 and owner = $2',
        [account_id, user_id],
      );
      for (const { file_id: fileId, import_id } of rows) {
        // Who reads it now ends, for its key is gone; who comes later finds no job.
        await pool.query('delete from import_job where import_id = $1', [import_id]);
        await objects.remove(placeOf({ fileId, accountId: account_id, userId: user_id }).name);
        await withTenant(pool, { accountId: account_id }, (tx) =>
          tx.query('delete from import_problem where account_id = $1 and import_id = $2', [account_id, import_id]),
        );
        // Last, so that who ended on the way finds it again.
        await pool.query('delete from import_file where file_id = $1', [fileId]);
      }
      return rows.length;
    },
  };
}
