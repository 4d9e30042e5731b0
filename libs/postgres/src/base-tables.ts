import type { Migration } from './migrate.js';

/** What every database of ours holds: how far its projections, publishers and reactors are, and what they could not do. */
export const baseTables: readonly Migration[] = [
  {
    id: '0000-base-tables',
    sql: `
      create table projection_checkpoints (
        name text not null,
        version int not null,
        commit_pos numeric(20),
        prepare_pos numeric(20),
        live_at timestamptz,
        updated_at timestamptz not null default now(),
        primary key (name, version)
      );
      comment on column projection_checkpoints.live_at is 'when it first had handled everything there was';

      create table parked_events (
        id bigint generated always as identity primary key,
        reactor text not null,
        stream text not null,
        revision numeric(20) not null,
        event_id uuid not null,
        event_type text not null,
        event_account_id uuid,
        error text,
        attempts int not null,
        parked_at timestamptz not null default now(),
        retry_at timestamptz,
        unique (reactor, stream, revision)
      );
      comment on table parked_events is 'events a reactor could not act on, and later ones of the same streams, in order';
    `,
  },
];
