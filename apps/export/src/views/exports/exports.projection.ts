import type { Projection } from '@annals/postgres';
import { tenantTable } from '@annals/postgres';
import type { StoredEvent } from '@annals/event-store';

const schema = 'exports_v1';

const idsOf = (event: StoredEvent) => {
  const data = event.data as { account_id: string; export_id: string; user_id: string };
  return [data.account_id, data.export_id, data.user_id] as const;
};

/** Which exports a person has, newest first. The rest of an export comes from its own stream. */
export const exportsProjection: Projection = {
  name: 'exports',
  version: 1,
  categories: ['export', 'erased'],
  accountOf: ({ data }) => (data.account_id as string | null | undefined) ?? null,
  tables: (name) => `
    create table ${name}.export (
      account_id uuid not null,
      export_id uuid not null,
      user_id uuid not null,
      requested_at timestamptz not null,
      revision bigint not null,
      primary key (account_id, export_id)
    );
    create index on ${name}.export (account_id, user_id, requested_at desc, export_id desc);
    ${tenantTable(`${name}.export`)}
  `,
  on: {
    ExportRequested: async (tx, event) => {
      const { requested_at } = event.data as { requested_at: string };
      await tx.query(
        `insert into ${schema}.export (account_id, export_id, user_id, requested_at, revision) values ($1, $2, $3, $4, $5)
         on conflict (account_id, export_id) do nothing`,
        [...idsOf(event), requested_at, event.revision.toString()],
      );
    },
    /** What is held for no account has no exports. */
    SubjectErased: async (tx, { data }) => {
      await tx.query(`delete from ${schema}.export where account_id = $1 and user_id = $2`, [
        ...[data.account_id, data.user_id],
      ]);
    },
    ...Object.fromEntries(
      [
        ...['ExportPartGathered', 'ExportSucceeded', 'ExportFailed', 'ExportCancelled', 'ExportExpired'],
        'ExportDownloaded',
      ].map((type) => [
        type,
        async (tx, event) => {
          const [accountId, exportId] = idsOf(event);
          await tx.query(
            `update ${schema}.export set revision = greatest(revision, $3) where account_id = $1 and export_id = $2`,
            [accountId, exportId, event.revision.toString()],
          );
        },
      ]),
    ),
  },
};
