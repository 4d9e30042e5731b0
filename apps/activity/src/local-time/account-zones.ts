import { defaultPreferences } from '@annals/contracts';
import type { StoredEvent } from '@annals/event-store';
import { type Pool, type Projection, projectionSchema, tenantQuery, tenantTable, type Tx } from '@annals/postgres';

/** The time zone that accounts chose for those of their people who chose none. Who chose none has no row. */
export const accountZones: Projection = {
  name: 'account_zones',
  version: 1,
  categories: ['accountpreferences'],
  accountOf: ({ data }) => String(data.account_id),
  tables: (schema) => `
    create table ${schema}.account_zones (account_id uuid primary key, zone text not null);
    ${tenantTable(`${schema}.account_zones`)}
  `,
  on: { AccountPreferencesUpdated: choose },
};

/** Most changes are about something else; null takes the choice back. */
async function choose(tx: Tx, { data: { account_id, timezone } }: StoredEvent): Promise<void> {
  if (timezone === undefined) return;
  if (timezone === null) await tx.query('delete from account_zones where account_id = $1', [account_id]);
  else {
    await tx.query(
      `insert into account_zones (account_id, zone) values ($1, $2)
       on conflict (account_id) do update set zone = excluded.zone`,
      [account_id, timezone],
    );
  }
}

/** The time zone that an account's days are counted in unless another is asked for: its own choice, or the house's. */
export async function zoneOf(pool: Pool, accountId: string): Promise<string> {
  const { rows } = await tenantQuery<{ zone: string }>(
    pool,
    { accountId },
    `select zone from ${projectionSchema(accountZones)}.account_zones where account_id = $1`,
    [accountId],
  );
  return rows[0]?.zone ?? defaultPreferences.timezone;
}
