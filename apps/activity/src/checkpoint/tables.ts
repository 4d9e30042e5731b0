import { type Migration, tenantTable } from '@annals/postgres';

/**
 * What was signed, for ever: unlike a read model it is not built anew, for it is what read models are held against.
 * `audit_heads` has a log's head for each round in which the log had grown; `signed_heads` the newest of every log.
 */
export const checkpointMigrations: readonly Migration[] = [
  {
    id: '0001-signed-rounds',
    sql: `
      create table audit_rounds (
        round bigint primary key,
        signed_at timestamptz not null,
        note text not null,
        hash bytea not null,
        entries bigint not null
      );
      comment on column audit_rounds.hash is 'of the text that was signed: what the next round names as previous';
      comment on column audit_rounds.entries is 'of all logs together';
      create table audit_heads (
        account_id uuid not null,
        round bigint not null,
        size bigint not null,
        root bytea not null,
        place bigint not null,
        path bytea[] not null,
        primary key (account_id, round)
      );
      create index on audit_heads (account_id, size);
      comment on table audit_heads is 'where a log stood in a round, and the path from that to the root of the round';
      ${tenantTable('audit_heads')}
      create table signed_heads (log uuid primary key, size bigint not null, root bytea not null);
      comment on table signed_heads is 'where each log stood when it was last signed; of all accounts, for it holds ids and hashes only';
      create table unwitnessed_rounds (round bigint primary key, document text not null);
      comment on table unwitnessed_rounds is 'rounds that are not yet in the second place; ids, hashes and notes only';
    `,
  },
];
