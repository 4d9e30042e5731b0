import { type Migration } from '@annals/postgres';

const consumerMigration: Migration = {
  id: '0000-consumer-tables',
  sql: `
    create table consumed_offsets (
      grp text not null,
      topic text not null,
      part int not null,
      next_off bigint not null default 0,
      seen jsonb not null default '{}',
      updated_at timestamptz not null default now(),
      primary key (grp, topic, part)
    ) with (fillfactor = 50);
    comment on column consumed_offsets.seen is 'by ce_source: the last ce_position handled, so that a repeated publish is dropped';

    create table parked_keys (
      grp text not null,
      topic text not null,
      key text not null,
      reason text not null,
      parked_at timestamptz not null default now(),
      primary key (grp, topic, key)
    );
    create table parked_messages (
      grp text not null,
      topic text not null,
      part int not null,
      off bigint not null,
      key text not null,
      id text not null,
      type text not null,
      headers jsonb not null,
      value bytea not null,
      sent_at timestamptz,
      primary key (grp, topic, part, off),
      foreign key (grp, topic, key) references parked_keys
    );
    create index on parked_messages (grp, topic, key, part, off);
    comment on table parked_messages is 'a message that could not be handled and the later ones of its key, in order';
  `,
};

const letterMigration: Migration = {
  id: '0000-dead-letters',
  sql: `
    alter table parked_keys
      add column id bigint generated always as identity unique,
      add column attempts int not null default 1;

    create table dead_letters (
      id bigint generated always as identity primary key,
      grp text not null,
      topic text not null,
      part int not null,
      off bigint not null,
      key text not null,
      message_id text not null,
      type text not null,
      headers jsonb not null,
      value bytea,
      sent_at timestamptz,
      reason text not null,
      attempts int not null default 1,
      refused_at timestamptz not null default now(),
      unique (grp, topic, part, off)
    );
    create index on dead_letters (grp, id);
    comment on table dead_letters is 'what no handler saw: plain, bounded copies, for a week at most';
  `,
};

/** Tables of every database that consumes. Put them first among the service's own migrations. */
export const consumerMigrations: readonly Migration[] = [consumerMigration, letterMigration];
