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

/** Passwords on their way from a command to its fact, and tokens of mails for more than one purpose. */
export const passwordChanges: Migration = {
  id: '0010-password-changes',
  sql: `
    alter table credentials add change_revision bigint not null default -1;
    comment on column credentials.change_revision is 'revision of the PasswordChanged that the hash belongs to; -1 for the first password';

    create table password_changes (
      change_id uuid primary key,
      user_id uuid not null,
      password_hash text not null,
      staged_at timestamptz not null,
      applied_at timestamptz
    );
    comment on table password_changes is 'hash of each new password, kept before its fact is written and counted after it';
    create index on password_changes (staged_at);

    alter table verification_tokens rename to mailed_tokens;
    alter table mailed_tokens add purpose text not null default 'verification', add request_id uuid;
    alter table mailed_tokens alter purpose drop default;
    create index on mailed_tokens (expires_at);
  `,
};
