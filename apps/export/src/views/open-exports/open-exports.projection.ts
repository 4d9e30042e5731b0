import type { StoredEvent } from '@annals/event-store';
import type { Projection, Tx } from '@annals/postgres';

const schema = 'open_exports_v2';

/** Whoever fetches it may be slow, and the store may be read until the last byte has left. */
const fetching = "interval '1 hour'";

const due =
  (at: string) =>
  async (tx: Tx, { data }: StoredEvent) => {
    await tx.query(`update ${schema}.open_export set running = false, due_at = $2 where export_id = $1`, [
      ...[data.export_id, data[at]],
    ]);
  };

/**
 * Exports that run or may have a document, by account and by person; also ended ones, whose document may have withstood
 * its removal, with when it is to be gone. The rows are no tenant's: a person who is deleted is so in every account, and
 * only the consumer that ends exports, the sweep and the gate for new ones read them.
 */
export const openExports: Projection = {
  name: 'open_exports',
  version: 2,
  categories: ['export', 'erased'],
  tables: (name) => `
    create table ${name}.open_export (
      export_id uuid primary key,
      account uuid not null,
      owner uuid not null,
      requested_at timestamptz not null,
      running boolean not null default true,
      due_at timestamptz
    );
    create index on ${name}.open_export (account, owner);
    create index on ${name}.open_export (owner);
    create index on ${name}.open_export (due_at);
    create index on ${name}.open_export (account) where running;
  `,
  on: {
    ExportRequested: async (tx, { data }) => {
      await tx.query(
        `insert into ${schema}.open_export (export_id, account, owner, requested_at) values ($1, $2, $3, $4)
         on conflict (export_id) do nothing`,
        [data.export_id, data.account_id, data.user_id, data.requested_at],
      );
    },
    ExportSucceeded: due('expires_at'),
    ExportCancelled: due('cancelled_at'),
    ExportExpired: due('expired_at'),
    ExportDownloaded: async (tx, { data }) => {
      await tx.query(
        `update ${schema}.open_export set due_at = least(due_at, $2::timestamptz + ${fetching}) where export_id = $1`,
        [data.export_id, data.downloaded_at],
      );
    },
    ExportFailed: async (tx, { data }) => {
      await tx.query(`delete from ${schema}.open_export where export_id = $1`, [data.export_id]);
    },
    // Nobody can read the document any more; its bytes go with the next sweep. The row names nobody but by pseudonym.
    SubjectErased: async (tx, { data }) => {
      await tx.query(
        `update ${schema}.open_export set running = false, due_at = $3 where owner = $1 and account = $2`,
        [data.user_id, data.account_id, data.erased_at],
      );
    },
  },
};

/** Exports of an account that wait or run. */
export async function runningExports(
  tx: Pick<Tx, 'query'>,
  account: string,
): Promise<Pick<OpenExport, 'export_id' | 'owner'>[]> {
  const text = `select export_id, owner from ${schema}.open_export where account = $1 and running`;
  return (await tx.query<OpenExport>(text, [account])).rows;
}

/** Exports whose document is to be gone by a moment and was not swept away yet. */
export async function dueExports(tx: Pick<Tx, 'query'>, now: Date, limit: number): Promise<OpenExport[]> {
  const { rows } = await tx.query<OpenExport>(
    `select export_id, account, owner from ${schema}.open_export
     where due_at <= $1 and not exists (select from swept_export s where s.export_id = open_export.export_id)
     order by due_at limit $2`,
    [now, limit],
  );
  return rows;
}

export interface OpenExport {
  export_id: string;
  account: string;
  owner: string;
}

/** Whose exports: everybody's of an account, one person's there, or one person's everywhere. */
export interface Whose {
  account: string | null;
  owner: string | null;
}

/** Open exports that were asked for up to a moment, in pages by id: those after `after`. */
export async function openExportsOf(
  tx: Tx,
  { account, owner }: Whose,
  until: Date,
  page: { after: string | null; limit: number },
): Promise<OpenExport[]> {
  const { rows } = await tx.query<OpenExport>(
    `select export_id, account, owner from ${schema}.open_export
     where ($1::uuid is null or account = $1) and ($2::uuid is null or owner = $2) and requested_at <= $3
       and ($4::uuid is null or export_id > $4) order by export_id limit $5`,
    [account, owner, until, page.after, page.limit],
  );
  return rows;
}
