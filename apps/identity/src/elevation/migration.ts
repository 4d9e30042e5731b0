import type { Migration } from '@annals/postgres';

/**
 * Where elevations are and when each is over. The facts stand in the sessions; this finds them without reading all
 * sessions, also when the process that started one is gone.
 */
export const elevationTables: Migration = {
  id: '0081-elevations',
  sql: `
    create table elevations (
      elevation_id uuid primary key,
      session_id uuid not null,
      user_id uuid not null,
      started_at timestamptz not null,
      expires_at timestamptz not null,
      ended_at timestamptz
    );
    create index on elevations (user_id);
    create index on elevations (expires_at) where ended_at is null;
  `,
};
