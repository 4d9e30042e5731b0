import { tenantTable, type Migration } from '@annals/postgres';

/**
 * Of an import: where its file lies, its job while it has one, and what is wrong with its rows. Rows of the first two are no
 * tenant's: only the worker and the sweeper read them, and what they may touch follows from their ids.
 */
export const importMigrations: readonly Migration[] = [
  {
    id: '0020-imports',
    sql: `
      create table import_file (
        file_id uuid primary key,
        import_id uuid not null,
        account uuid not null,
        owner uuid not null,
        noted_at timestamptz not null,
        ended_at timestamptz
      );
      create index import_file_of_account on import_file (account) where ended_at is null;
      create index import_file_noted on import_file (noted_at);
      create table import_job (
        import_id uuid primary key,
        account uuid not null,
        requested_by uuid not null,
        request jsonb not null,
        rows_read int not null default 0,
        attempts int not null default 0,
        leased_until timestamptz not null default '-infinity',
        created_at timestamptz not null default now()
      );
      create index import_job_due on import_job (leased_until);
      create table import_problem (
        account_id uuid not null,
        import_id uuid not null,
        row int not null,
        at int not null,
        field text,
        code text not null,
        detail text not null,
        primary key (account_id, import_id, row, at)
      );
      ${tenantTable('import_problem')}
    `,
  },
];
