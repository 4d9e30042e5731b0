import { tenantTable, type Migration } from '@annals/postgres';

/** What of API keys no log may hold for ever: the hashes of their texts; and what changes by the minute: their last use. */
export const apiKeyTables: Migration = {
  id: '0080-api-keys',
  sql: `
    create table api_key_credentials (
      account_id uuid not null,
      key_id uuid not null,
      credential_id uuid not null,
      secret_hash bytea not null,
      expires_at timestamptz not null,
      primary key (account_id, key_id, credential_id)
    );
    comment on column api_key_credentials.secret_hash is 'SHA-256 of 256 random bits: nothing to guess, so nothing to slow down';
    ${tenantTable('api_key_credentials')}

    create table api_key_uses (
      account_id uuid not null,
      key_id uuid not null,
      last_used_at timestamptz not null,
      primary key (account_id, key_id)
    );
    ${tenantTable('api_key_uses')}
  `,
};
