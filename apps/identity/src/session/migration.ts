import type { Migration } from '@annals/postgres';

/** What a session needs besides its events: its present refresh token, its last use, what became untrue, what signs. */
export const sessionTables: Migration = {
  id: '0002-sessions',
  sql: `
    create table session_tokens (
      session_id uuid primary key,
      user_id uuid not null,
      generation int not null,
      token_hash bytea not null,
      salt bytea not null,
      rotated_at timestamptz not null,
      last_activity_at timestamptz not null,
      expires_at timestamptz not null,
      ended_at timestamptz
    );
    comment on table session_tokens is 'one row per session: which refresh token is good now, and when the session was last used';
    create index on session_tokens (user_id);
    create index on session_tokens (expires_at);

    create table revocations (
      seq bigint generated always as identity primary key,
      source_id uuid not null unique,
      kind text not null,
      key text not null,
      at timestamptz not null
    );
    create index on revocations (at);

    create table signing_keys (
      kid text primary key,
      sealed_key text not null,
      signs_from timestamptz not null
    );
    comment on column signing_keys.sealed_key is 'private JWK, AES-256-GCM under a key derived from KEY_ENCRYPTION_KEY';
  `,
};

/** When the person of a session last proved who they are. */
export const recentProofs: Migration = {
  id: '0003-recent-proofs',
  sql: `
    alter table session_tokens add authenticated_at timestamptz not null default now();
  `,
};
