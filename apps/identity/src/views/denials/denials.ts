import type { StoredEvent } from '@annals/event-store';
import { tenantTable, type Projection, type Tx } from '@annals/postgres';

/** What was denied in an account, counted per day, person and reason: what shows who lacks what, and who tries. */
export const denials: Projection = {
  name: 'denials',
  version: 1,
  categories: ['denial', 'erased'],
  tables: (schema) => `
    create table ${schema}.denials (
      account_id uuid not null,
      day date not null,
      method text not null,
      route text not null,
      code text not null,
      required text not null,
      caller text not null,
      times bigint not null,
      last_at timestamptz not null,
      primary key (account_id, day, method, route, code, required, caller)
    );
    comment on column ${schema}.denials.required is 'the missing role or permission; empty where it was something else';
    comment on column ${schema}.denials.caller is 'id of the person, or name of the service account';
    ${tenantTable(`${schema}.denials`)}
  `,
  on: {
    AccessDenied: denied,
    async SubjectErased(tx, { data: { account_id, user_id } }) {
      if (account_id === null) return;
      await tx.query('delete from denials where account_id = $1 and caller = $2::text', [account_id, user_id]);
    },
  },
};

async function denied(tx: Tx, event: StoredEvent): Promise<void> {
  const { account_id, method, route, code, required, user_id, principal, times } = event.data;
  // What was asked of an account of others is nobody's business in any account.
  if (account_id === null) return;
  await tx.query(
    `insert into denials as d (account_id, day, method, route, code, required, caller, times, last_at)
     values ($1, ($2::timestamptz at time zone 'UTC')::date, $3, $4, $5, $6, $7, $8, $2)
     on conflict (account_id, day, method, route, code, required, caller) do update
     set times = d.times + excluded.times, last_at = greatest(d.last_at, excluded.last_at)`,
    [account_id, event.metadata.occurred_at, method, route, code, required ?? '', user_id ?? principal ?? '', times],
  );
}
