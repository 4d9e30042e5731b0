import type { Projection, Tx } from '@annals/postgres';

const schema = 'open_exports_v1';

/**
 * Exports that run or may have a document, by account and by person; also ended ones, whose document may have withstood
 * its removal. The rows are no tenant's: a person who is deleted is so in every account, and only the consumer that ends
 * exports reads them.
 */
export const openExports: Projection = {
  name: 'open_exports',
  version: 1,
  categories: ['export'],
  tables: (name) => `
    create table ${name}.open_export (
      export_id uuid primary key,
      account uuid not null,
      owner uuid not null,
      requested_at timestamptz not null
    );
    create index on ${name}.open_export (account, owner);
    create index on ${name}.open_export (owner);
  `,
  on: {
    ExportRequested: async (tx, { data }) => {
      await tx.query(
        `insert into ${schema}.open_export (export_id, account, owner, requested_at) values ($1, $2, $3, $4)
         on conflict (export_id) do nothing`,
        [data.export_id, data.account_id, data.user_id, data.requested_at],
      );
    },
    ExportFailed: async (tx, { data }) => {
      await tx.query(`delete from ${schema}.open_export where export_id = $1`, [data.export_id]);
    },
  },
};

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
