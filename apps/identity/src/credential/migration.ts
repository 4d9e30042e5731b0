import type { Migration } from '@annals/postgres';

/** Secrets of sign-in, which no log may hold for ever, and counts that change by the second. */
export const credentialTables: Migration = {
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
};
