import { type Migration } from '@annals/postgres';

/**
 * Hashes of entries whose events are not in the event store any more. They are what an audit log built anew goes on with
 * where it does not meet those events; ids and hashes only.
 */
export const keptLeavesMigration: Migration = {
  id: '0009-kept-leaves',
  sql: `
    create table kept_leaves (
      log uuid not null,
      seq bigint not null,
      event_id uuid not null,
      hash bytea not null,
      primary key (log, seq)
    );
    comment on table kept_leaves is 'audit entries whose events were removed; nothing can make them anew, so they belong into backups';
  `,
};
