import { tenantTable, type Migration } from '@annals/postgres';

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

/** What a refresh needs without reading the log, where sessions were last used, and who is in which account with which. */
export const sessionPlaces: Migration = {
  id: '0030-session-places',
  sql: `
    -- What was made in the old way cannot be told from a forgery any more: those sessions are over.
    delete from session_tokens;
    alter table session_tokens
      drop salt,
      add sealed_token text not null,
      add started_at timestamptz not null,
      add device_id uuid,
      add auth_methods text[] not null,
      add elevated boolean not null,
      add home_account_id uuid,
      add rotated_from text,
      add last_network text,
      add last_country text,
      add last_region text;
    comment on column session_tokens.sealed_token is 'the present refresh token, AES-256-GCM under a key derived from KEY_ENCRYPTION_KEY';
    comment on column session_tokens.home_account_id is 'account of access tokens whose refresh names none: a hint, never a right; null when it has to be looked for';
    comment on column session_tokens.rotated_from is 'network that got the present refresh token';
    comment on column session_tokens.last_network is 'address of the last use, cut to a network: the full one is kept sealed, in the fact of the sign-in';

    create table session_floors (
      user_id uuid not null,
      device_id uuid not null,
      ended_before timestamptz not null,
      primary key (user_id, device_id)
    );
    comment on table session_floors is 'sign-ins that were under way when all sessions of a person, or of a device, were ended';

    create table session_accounts (
      account_id uuid not null,
      session_id uuid not null references session_tokens on delete cascade,
      user_id uuid not null,
      entered_at timestamptz not null,
      evicted_at timestamptz,
      primary key (account_id, session_id)
    );
    create index on session_accounts (account_id, user_id);
    create index on session_accounts (session_id);
    comment on table session_accounts is 'sessions at work in accounts that limit them';
    comment on column session_accounts.evicted_at is 'decided to make room; the session is being ended';
    ${tenantTable('session_accounts')}

    create table sign_in_places (
      user_id uuid not null,
      country text not null,
      latitude real not null,
      longitude real not null,
      radius_km real not null,
      last_seen_at timestamptz not null,
      primary key (user_id, country)
    );
    create index on sign_in_places (last_seen_at);
    comment on table sign_in_places is 'countries a person signed in from within the last year';
  `,
};

/** A refresh goes on in the account that was signed in to; sessions from before look for it once more. */
export const sessionAccount: Migration = {
  id: '0091-session-account',
  sql: `
    alter table session_tokens rename column home_account_id to signed_in_to;
    comment on column session_tokens.signed_in_to is 'account that was signed in to, of access tokens whose refresh names none: a hint, never a right; null when it has to be looked for';
  `,
};
