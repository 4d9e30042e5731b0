import type { StoredEvent } from '@annals/event-store';
import { tenantTable, type Projection } from '@annals/postgres';

const schema = 'imports_v1';

const idsOf = ({ data }: StoredEvent) => [data.account_id, data.import_id, data.user_id];

/** Which imports a person has, newest first. The rest of an import comes from its own stream. */
export const importsProjection: Projection = {
  name: 'imports',
  version: 1,
  categories: ['import', 'erased'],
  tables: (name) => `
    create table ${name}.import (
      account_id uuid not null,
      import_id uuid not null,
      user_id uuid not null,
      requested_at timestamptz not null,
      primary key (account_id, import_id)
    );
    create index on ${name}.import (account_id, user_id, requested_at desc, import_id desc);
    ${tenantTable(`${name}.import`)}
  `,
  on: {
    ImportRequested: async (tx, event) => {
      await tx.query(
        `insert into ${schema}.import (account_id, import_id, user_id, requested_at) values ($1, $2, $3, $4)
         on conflict (account_id, import_id) do nothing`,
        [...idsOf(event), event.data.requested_at],
      );
    },
    /** What is held for no account has no imports. */
    SubjectErased: async (tx, { data }) => {
      await tx.query(`delete from ${schema}.import where account_id = $1 and user_id = $2`, [
        data.account_id,
        data.user_id,
      ]);
    },
  },
};
