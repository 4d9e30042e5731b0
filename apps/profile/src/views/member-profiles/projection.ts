import { memberVisibleFields } from '@annals/contracts';
import { isErased, type StoredEvent } from '@annals/event-store';
import { type Projection, tenantTable, type Tx } from '@annals/postgres';

/**
 * What members of an account see of each other's profiles. Fields for the person alone never come here, so no mistake
 * of a query can show them.
 */
export const memberProfiles: Projection = {
  name: 'member_profiles',
  version: 1,
  categories: ['profile', 'membership'],
  tables: (schema) => `
    create table ${schema}.member_profiles (
      account_id uuid not null,
      user_id uuid not null,
      name text,
      pronouns text,
      bio text,
      location text,
      website text,
      social_links jsonb,
      updated_at timestamptz,
      revision bigint,
      member boolean not null default false,
      primary key (account_id, user_id)
    );
    ${tenantTable(`${schema}.member_profiles`)}
  `,
  on: { ProfileUpdated: update, ProfileDeleted: clear, MembershipGranted: join, MembershipEnded: leave },
};

/** Columns come from the contract's list of names, never from the event. */
async function update(tx: Tx, { data, revision }: StoredEvent): Promise<void> {
  const changed = memberVisibleFields.filter((field) => data[field] !== undefined);
  const values = changed.map((field) => asColumn(data[field]));
  const names = changed.map((field) => `, ${field}`).join('');
  const parameters = changed.map((_, index) => `, $${index + 5}`).join('');
  const updates = changed.map((field) => `, ${field} = excluded.${field}`).join('');
  await tx.query(
    `insert into member_profiles (account_id, user_id, updated_at, revision${names})
     values ($1, $2, $3, $4${parameters})
     on conflict (account_id, user_id)
     do update set updated_at = excluded.updated_at, revision = excluded.revision${updates}`,
    [data.account_id, data.user_id, data.updated_at, String(revision), ...values],
  );
}

function asColumn(value: unknown): unknown {
  if (value === null || isErased(value)) return null;
  return typeof value === 'object' ? JSON.stringify(value) : value;
}

async function clear(tx: Tx, { data, revision }: StoredEvent): Promise<void> {
  const fields = memberVisibleFields.map((field) => `${field} = null`).join(', ');
  await tx.query(
    `update member_profiles set ${fields}, updated_at = null, revision = $3 where account_id = $1 and user_id = $2`,
    [data.account_id, data.user_id, String(revision)],
  );
}

async function join(tx: Tx, { data }: StoredEvent): Promise<void> {
  await tx.query(
    `insert into member_profiles (account_id, user_id, member) values ($1, $2, true)
     on conflict (account_id, user_id) do update set member = true`,
    [data.account_id, data.user_id],
  );
}

async function leave(tx: Tx, { data }: StoredEvent): Promise<void> {
  await tx.query('update member_profiles set member = false where account_id = $1 and user_id = $2', [
    data.account_id,
    data.user_id,
  ]);
}
