import type { Migration } from '@annals/postgres';

/**
 * Work to be done, one row per export. A worker holds a row by a lease; when it dies, the lease runs out and another
 * goes on. The row is no tenant's: only the worker reads it, and what it may touch follows from its two ids.
 */
export const jobMigrations: readonly Migration[] = [
  {
    id: '0001-export-jobs',
    sql: `
      create table export_job (
        export_id uuid primary key,
        account uuid not null,
        requested_by uuid not null,
        request jsonb not null,
        attempts int not null default 0,
        leased_until timestamptz not null default '-infinity',
        created_at timestamptz not null default now()
      );
      create index export_job_due on export_job (leased_until);
    `,
  },
  { id: '0002-export-progress', sql: 'alter table export_job add column progress jsonb' },
  // Exports of which nothing lies anywhere any more: what was swept is not swept again.
  { id: '0003-swept-exports', sql: 'create table swept_export (export_id uuid primary key)' },
];
