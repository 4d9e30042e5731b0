import type { Migration } from '@annals/postgres';

/** Tokens of other issuers that were brought once. */
export const shownTokens: Migration = {
  id: '0070-shown-tokens',
  sql: `
    create table shown_tokens (
      token_hash bytea primary key,
      command_id uuid not null unique,
      expires_at timestamptz not null
    );
    comment on column shown_tokens.token_hash is 'SHA-256 of header and claims';
    create index on shown_tokens (expires_at);
  `,
};
