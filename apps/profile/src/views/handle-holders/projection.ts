import { projectionSchema, tenantQuery, tenantTable, type Pool, type Projection } from '@annals/postgres';
import { handles } from '../../handle/handle.js';
import type { Owner } from '../../owner.js';

/**
 * Which handles a person has claimed: by the names of their streams, which are keyed hashes. Somebody of whom nothing can be
 * read any more still has them, until they are given back.
 */
export const handleHolders: Projection = {
  name: 'handle_holders',
  version: 1,
  // No row follows from an erasure: who erases somebody waits until the view has come as far, and asks it then.
  categories: [handles.category, 'erased'],
  open: false,
  accountOf: ({ data }) => String(data.account_id),
  tables: (schema) => `
    create table ${schema}.claims (
      account_id uuid not null,
      user_id uuid not null,
      handle text not null,
      primary key (account_id, handle)
    );
    comment on column ${schema}.claims.handle is 'id of the stream of the handle: the account, and a keyed hash';
    create index on ${schema}.claims (account_id, user_id);
    ${tenantTable(`${schema}.claims`)}
  `,
  on: {
    async HandleClaimed(tx, { stream, data }) {
      await tx.query(
        `insert into claims (account_id, user_id, handle) values ($1, $2, $3)
         on conflict (account_id, handle) do update set user_id = excluded.user_id`,
        [data.account_id, data.user_id, handleOf(stream)],
      );
    },
    async HandleReleased(tx, { stream, data }) {
      await tx.query('delete from claims where account_id = $1 and handle = $2', [data.account_id, handleOf(stream)]);
    },
  },
};

const handleOf = (stream: string): string => stream.slice(handles.category.length + 1);

/** Ids of the handles that a person has claimed in an account. */
export async function handlesOf(pool: Pool, { account_id, user_id }: Owner): Promise<string[]> {
  const { rows } = await tenantQuery<{ handle: string }>(
    pool,
    { accountId: account_id },
    `select handle from ${projectionSchema(handleHolders)}.claims where account_id = $1 and user_id = $2 order by handle`,
    [account_id, user_id],
  );
  return rows.map(({ handle }) => handle);
}
