import { tenantTable, type Projection } from '@annals/postgres';

/** Keys of each account, as its administrators list them. Nothing here lets anybody in. */
export const apiKeyList: Projection = {
  name: 'api_keys',
  version: 1,
  categories: ['apikey'],
  accountOf: ({ metadata }) => metadata.account_id,
  tables: (schema) => `
    create table ${schema}.api_keys (
      account_id uuid not null,
      key_id uuid not null,
      name text not null,
      scopes text[] not null,
      created_at timestamptz not null,
      created_by_id uuid not null,
      expires_at timestamptz not null,
      revoked_at timestamptz,
      primary key (account_id, key_id)
    );
    ${tenantTable(`${schema}.api_keys`)}
  `,
  on: {
    async ApiKeyCreated(tx, { data }) {
      await tx.query(
        `insert into api_keys (account_id, key_id, name, scopes, created_at, created_by_id, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing`,
        [
          ...[data.account_id, data.key_id, data.name, data.scopes],
          ...[data.created_at, data.created_by_id, data.expires_at],
        ],
      );
    },
    async ApiKeyRevoked(tx, { data, metadata }) {
      await tx.query('update api_keys set revoked_at = $3 where account_id = $1 and key_id = $2', [
        ...[data.account_id, data.key_id, metadata.occurred_at],
      ]);
    },
  },
};
