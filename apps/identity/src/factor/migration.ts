import type { Migration } from '@annals/postgres';

/** Secrets and counters of second factors. Which of them count is said by the person's credential stream alone. */
export const factorTables: Migration = {
  id: '0020-factors',
  sql: `
    create table totp_seeds (
      factor_id uuid primary key,
      user_id uuid not null,
      sealed_seed text not null,
      last_step bigint not null default 0,
      used_by uuid,
      used_with text,
      created_at timestamptz not null,
      expires_at timestamptz,
      confirmed_by uuid
    );
    comment on column totp_seeds.last_step is 'latest time step whose code was accepted: RFC 6238 §5.2 accepts each once';
    comment on column totp_seeds.used_by is 'command whose code that was, which alone may send it again';
    comment on column totp_seeds.used_with is 'keyed hash of the body of that command';
    comment on column totp_seeds.expires_at is 'until when it waits to be confirmed; null from then on';
    comment on column totp_seeds.confirmed_by is 'command that confirmed it';
    create index on totp_seeds (user_id);

    create table recovery_code_sets (
      set_id uuid primary key,
      user_id uuid not null,
      salt bytea not null,
      created_at timestamptz not null
    );
    comment on column recovery_code_sets.salt is 'with a key that is not in the database it makes the codes; no code is kept';
    create index on recovery_code_sets (user_id);

    create table passkeys (
      passkey_id uuid primary key,
      user_id uuid not null,
      credential_id text not null unique,
      public_key bytea not null,
      sign_count bigint not null,
      synced boolean not null,
      transports text[] not null,
      name text not null,
      created_at timestamptz not null,
      last_used_at timestamptz
    );
    comment on column passkeys.public_key is 'COSE key';
    create index on passkeys (user_id);

    create table one_time_challenges (
      challenge_hash bytea primary key,
      purpose text not null,
      user_id uuid,
      sign_in jsonb,
      tries int not null default 0,
      expires_at timestamptz not null,
      used_by uuid,
      used_with text
    );
    comment on column one_time_challenges.user_id is 'whom it was given to; null when nobody was known yet';
    comment on column one_time_challenges.used_by is 'command that used it up, which alone may come again';
    comment on column one_time_challenges.used_with is 'keyed hash of the body of that command';
    create index on one_time_challenges (expires_at);
  `,
};
