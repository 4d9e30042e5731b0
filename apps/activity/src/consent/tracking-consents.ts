import { undecided } from '@annals/contracts';
import type { StoredEvent } from '@annals/event-store';
import { type Pool, type Projection, projectionSchema, tenantQuery, tenantTable, type Tx } from '@annals/postgres';
import { accountOfRows } from '../erasure/erased.js';
import { decisionsIn } from './decisions.js';

/**
 * What people decided about the recording of what they do in clients, and whom the account may not process at present.
 * Who decided nothing has no row.
 */
export const trackingConsents: Projection = {
  name: 'tracking_consents',
  version: 2,
  categories: ['profile', 'consent', 'hold', 'erased'],
  open: false,
  accountOf: accountOfRows,
  tables: (schema) => `
    create table ${schema}.tracking_consents (
      account_id uuid not null,
      user_id uuid not null,
      consented boolean not null,
      decided_at timestamptz not null,
      primary key (account_id, user_id)
    );
    ${tenantTable(`${schema}.tracking_consents`)}
    create table ${schema}.restricted_people (
      account_id uuid not null,
      user_id uuid not null,
      primary key (account_id, user_id)
    );
    ${tenantTable(`${schema}.restricted_people`)}
  `,
  on: {
    ProfilePrivacyChanged: decide,
    ConsentGiven: decide,
    ConsentWithdrawn: decide,
    ProcessingRestricted: restrict,
    ProcessingRestrictionLifted: lift,
    SubjectErased: forget,
  },
};

/** Most changes of privacy settings, and other consents, are about something else. */
async function decide(tx: Tx, event: StoredEvent) {
  const tracking = decisionsIn(event).find(({ why }) => why === 'tracking');
  if (!tracking) return;
  const { account_id } = event.data;
  await tx.query(
    `insert into tracking_consents (account_id, user_id, consented, decided_at) values ($1, $2, $3, $4)
     on conflict (account_id, user_id) do update set consented = excluded.consented, decided_at = excluded.decided_at`,
    [account_id, tracking.userId, !tracking.silent, event.metadata.occurred_at],
  );
}

async function restrict(tx: Tx, { data: { account_id, user_id } }: StoredEvent) {
  await tx.query('insert into restricted_people (account_id, user_id) values ($1, $2) on conflict do nothing', [
    ...[account_id, user_id],
  ]);
}

async function lift(tx: Tx, { data: { account_id, user_id } }: StoredEvent) {
  await tx.query('delete from restricted_people where account_id = $1 and user_id = $2', [account_id, user_id]);
}

async function forget(tx: Tx, { data: { account_id, user_id } }: StoredEvent) {
  for (const table of ['tracking_consents', 'restricted_people']) {
    await tx.query(`delete from ${table} where account_id = $1 and user_id = $2`, [account_id, user_id]);
  }
}

const schema = projectionSchema(trackingConsents);
const consentQuery = `
  select
    (select consented from ${schema}.tracking_consents where account_id = $1 and user_id = $2) as consented,
    exists (select from ${schema}.restricted_people where account_id = $1 and user_id = $2) as restricted`;

/** Whether a person lets what they do in clients be recorded in this account, and whether the account may do so at all. */
export async function mayTrack(
  pool: Pool,
  { account_id, user_id }: { account_id: string; user_id: string },
): Promise<{ consented: boolean; restricted: boolean }> {
  const scope = { accountId: account_id, userId: user_id };
  type Row = { consented: boolean | null; restricted: boolean };
  const { rows } = await tenantQuery<Row>(pool, scope, consentQuery, [account_id, user_id]);
  return { consented: rows[0]?.consented ?? undecided.activity_tracking, restricted: rows[0]?.restricted ?? false };
}
