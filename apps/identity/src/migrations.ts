import type { Migration } from '@annals/postgres';

/** What identity keeps outside events: secrets, which no log may hold for ever, and facts that change by the second. */
export const migrations: readonly Migration[] = [
  {
    id: '0001-credentials',
    sql: `
      create table credentials (
        user_id uuid primary key,
        password_hash text not null,
        changed_at timestamptz not null
      );
      comment on column credentials.password_hash is 'argon2id in PHC form';

      create table sign_in_failures (
        key text primary key,
        row_id uuid not null,
        failures int not null,
        last_failure_at timestamptz not null
      );
      comment on column sign_in_failures.key is 'keyed hash of the address, with the device when it is a known one';
      create index on sign_in_failures (last_failure_at);

      create table known_devices (
        user_id uuid not null,
        device_id uuid not null,
        first_seen_at timestamptz not null,
        primary key (user_id, device_id)
      );

      create table verification_tokens (
        token_hash bytea primary key,
        user_id uuid not null,
        email_hash text not null,
        expires_at timestamptz not null
      );
    `,
  },
  {
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
  },
];
