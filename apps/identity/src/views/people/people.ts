import { isErased, type StoredEvent } from '@annals/event-store';
import { setTenant, type Projection, type Tx } from '@annals/postgres';
import { actFor } from '../person-table.js';
import { tables } from './tables.js';
import { termsOf } from './terms.js';

/** Who belongs to which account, with what administrators look at in lists: a fact about a person changes all their rows. */
export const people: Projection = {
  name: 'people',
  version: 2,
  categories: ['user', 'membership', 'erased'],
  // Members are an account's, people are nobody's but their own.
  accountOf: ({ stream, metadata }) => (stream.startsWith('user-') ? null : metadata.account_id),
  tables,
  on: {
    UserRegistered: registered,
    UserUpdated: described,
    EmailChanged: described,
    EmailVerified: becomes,
    UserDisabled: becomes,
    UserEnabled: becomes,
    UserDeleted: becomes,
    UserRestored: becomes,
    MembershipGranted: admitted,
    MembershipRoleChanged: changedRole,
    MembershipEnded: left,
    // What an account shows of somebody goes with what the account held of them, before the membership itself ends.
    SubjectErased: (tx, event) => (event.data.account_id === null ? forgotten(tx, event) : left(tx, event)),
  },
};

async function registered(tx: Tx, { data, metadata }: StoredEvent): Promise<void> {
  const { user_id, status, managed_by, home_account_id } = data;
  const [name, email] = [readable(data.name), readable(data.email)];
  await actFor(tx, String(user_id));
  await tx.query(
    `insert into people (user_id, email, name, status, created_at, managed_by, home_account_id, terms)
     values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing`,
    [user_id, email, name, status, metadata.occurred_at, managed_by, home_account_id, termsOf(name, email)],
  );
  await spread(tx, user_id, copyPersonAndTerms);
}

/** A new name or address; every event that has one has it in a field of the same name. */
async function described(tx: Tx, { type, data }: StoredEvent): Promise<void> {
  const { user_id } = data;
  await actFor(tx, String(user_id));
  const { rows } = await tx.query<{ name: string | null; email: string | null }>(
    'select name, email from people where user_id = $1',
    [user_id],
  );
  if (!rows[0]) return;
  const name = 'name' in data ? readable(data.name) : rows[0].name;
  const email = 'email' in data ? readable(data.email) : rows[0].email;
  // Who changes to an address has proven it.
  const proven = type === 'EmailChanged' ? `, status = ${unlessOut("'active'")}` : '';
  await tx.query(`update people set name = $2, email = $3, terms = $4 ${proven} where user_id = $1`, [
    ...[user_id, name, email],
    termsOf(name, email),
  ]);
  await spread(tx, user_id, copyPersonAndTerms);
}

async function becomes(tx: Tx, { type, data }: StoredEvent): Promise<void> {
  const { user_id, status } = data;
  await actFor(tx, String(user_id));
  const next = type === 'EmailVerified' ? unlessOut('$2') : '$2';
  await tx.query(`update people set status = ${next} where user_id = $1`, [user_id, status]);
  await spread(tx, user_id, copyPerson);
}

/** A disabled or deleted person who proves an address stays what they are. */
const unlessOut = (next: string) => `case when status = 'pending' then ${next} else status end`;

const copied = `
  email = p.email, name = p.name, status = p.status, created_at = p.created_at,
  email_key = coalesce(p.email, ''), name_key = coalesce(p.name, ''),
  managed_here = coalesce(m.account_id = p.managed_by, false) or coalesce(m.account_id = p.home_account_id, false)`;

/** Tells every account the person is in, in the scope of each: its rows are nobody else's, not even the person's. */
async function spread(tx: Tx, userId: unknown, copy: typeof copyPerson): Promise<void> {
  const text = 'select account_id from person_accounts where user_id = $1';
  const { rows } = await tx.query<{ account_id: string }>(text, [userId]);
  for (const { account_id } of rows) await Promise.all([setTenant(tx, account_id), copy(tx, account_id, userId)]);
  if (rows.length > 0) await setTenant(tx, null);
}

async function copyPerson(tx: Tx, accountId: unknown, userId: unknown): Promise<void> {
  await tx.query(
    `update members m set ${copied} from people p where m.account_id = $1 and m.user_id = $2 and p.user_id = $2`,
    [accountId, userId],
  );
}

async function copyPersonAndTerms(tx: Tx, accountId: unknown, userId: unknown): Promise<void> {
  const whose = [accountId, userId];
  await Promise.all([
    copyPerson(tx, accountId, userId),
    tx.query('delete from member_terms where account_id = $1 and user_id = $2', whose),
    tx.query(
      `insert into member_terms (account_id, term, user_id)
       select $1, term, p.user_id from people p, unnest(p.terms) term where p.user_id = $2`,
      whose,
    ),
  ]);
}

async function admitted(tx: Tx, { data, metadata }: StoredEvent): Promise<void> {
  const { account_id, user_id, role } = data;
  await tx.query(
    `insert into members (account_id, user_id, role, since, created_at) values ($1, $2, $3, $4, $4)
     on conflict (account_id, user_id) do update set role = excluded.role`,
    [account_id, user_id, role, metadata.occurred_at],
  );
  await tx.query('insert into person_accounts (user_id, account_id) values ($1, $2) on conflict do nothing', [
    user_id,
    account_id,
  ]);
  // Statements of their own: an account sees of people only who is a member of it already.
  await copyPersonAndTerms(tx, account_id, user_id);
}

async function changedRole(tx: Tx, { data }: StoredEvent): Promise<void> {
  await tx.query('update members set role = $3 where account_id = $1 and user_id = $2', [
    ...[data.account_id, data.user_id],
    data.role,
  ]);
}

async function left(tx: Tx, { data }: StoredEvent): Promise<void> {
  const whose = [data.account_id, data.user_id];
  await tx.query('delete from members where account_id = $1 and user_id = $2', whose);
  await tx.query('delete from member_terms where account_id = $1 and user_id = $2', whose);
  await tx.query('delete from person_accounts where account_id = $1 and user_id = $2', whose);
}

/** Everything that was copied from the person goes with the person, wherever it is. */
async function forgotten(tx: Tx, { data: { user_id } }: StoredEvent): Promise<void> {
  await actFor(tx, String(user_id));
  await spread(tx, user_id, async (_tx, accountId, userId) => {
    const whose = [accountId, userId];
    await tx.query('delete from members where account_id = $1 and user_id = $2', whose);
    await tx.query('delete from member_terms where account_id = $1 and user_id = $2', whose);
  });
  await tx.query('delete from person_accounts where user_id = $1', [user_id]);
  await tx.query('delete from people where user_id = $1', [user_id]);
}

const readable = (value: unknown) => (isErased(value) ? null : (value as string | null));
