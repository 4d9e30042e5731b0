import { defaultPrivacy } from '@annals/contracts';
import type { StoredEvent } from '@annals/event-store';
import { type Pool, type Projection, projectionSchema, tenantQuery, tenantTable, type Tx } from '@annals/postgres';

/** What people decided about the recording of what they do in clients. Who decided nothing has no row. */
export const trackingConsents: Projection = {
  name: 'tracking_consents',
  version: 1,
  categories: ['profile'],
  open: false,
  accountOf: ({ data }) => String(data.account_id),
  tables: (schema) => `
    create table ${schema}.tracking_consents (
      account_id uuid not null,
      user_id uuid not null,
      consented boolean not null,
      decided_at timestamptz not null,
      primary key (account_id, user_id)
    );
    ${tenantTable(`${schema}.tracking_consents`)}
  `,
  on: { ProfilePrivacyChanged: decide },
};

/** Most changes of privacy settings are about something else. */
async function decide(tx: Tx, { data: { account_id, user_id, activity_tracking, updated_at } }: StoredEvent) {
  if (typeof activity_tracking !== 'boolean') return;
  await tx.query(
    `insert into tracking_consents (account_id, user_id, consented, decided_at) values ($1, $2, $3, $4)
     on conflict (account_id, user_id) do update set consented = excluded.consented, decided_at = excluded.decided_at`,
    [account_id, user_id, activity_tracking, updated_at],
  );
}

const consentQuery = `
  select consented from ${projectionSchema(trackingConsents)}.tracking_consents where account_id = $1 and user_id = $2`;

/** Whether what a person does in clients may be recorded, in this account. */
export async function mayTrack(
  pool: Pool,
  { account_id, user_id }: { account_id: string; user_id: string },
): Promise<boolean> {
  const scope = { accountId: account_id, userId: user_id };
  const { rows } = await tenantQuery<{ consented: boolean }>(pool, scope, consentQuery, [account_id, user_id]);
  return rows[0]?.consented ?? defaultPrivacy.activity_tracking;
}
