import type { CredentialEvent } from '@annals/contracts';
import { derivedId } from '@annals/event-store';
import type { Sql } from '@annals/postgres';
import type { Asking } from '../asking.js';
import type { Identity } from '../identity.js';
import { credentials, type Credential } from './credential.js';

/** The fact that a person has a password from the beginning. */
export function setPassword(credential: Credential, { user_id }: { user_id: string }): CredentialEvent[] {
  return credential.has_password ? [] : [{ type: 'PasswordSet', data: { user_id, reason: 'registration' } }];
}

/** Gives a person who registers their password, before anybody can find them. Repeated, the first one stays. */
export async function setFirstPassword(
  { store, pool }: Identity,
  { commandId, context, now }: Asking,
  person: { user_id: string; password_hash: string; accountId?: string },
): Promise<void> {
  const { user_id, password_hash, ...account } = person;
  await storePassword(pool, user_id, password_hash, now);
  await store.execute(credentials, user_id, {
    ...{ id: derivedId(commandId, 'password'), context, now, ...account },
    decide: (state) => setPassword(state, { user_id }),
  });
}

/** Keeps the hash of a new user's password. Repeating a registration keeps the first one. */
async function storePassword(sql: Sql, userId: string, passwordHash: string, now: string): Promise<void> {
  await sql.query(
    'insert into credentials (user_id, password_hash, changed_at) values ($1, $2, $3) on conflict do nothing',
    [userId, passwordHash, now],
  );
}

/** What a person's password is compared with. */
export interface StoredPassword {
  password_hash: string;
  /** Rises with each change, so that a proof is not taken for one of the next password. */
  revision: number;
}

/** Null when the person has no password, or there is no such person. */
export async function storedPassword(sql: Sql, userId: string): Promise<StoredPassword | null> {
  const { rows } = await sql.query<{ password_hash: string; change_revision: string }>(
    'select password_hash, change_revision from credentials where user_id = $1',
    [userId],
  );
  const row = rows[0];
  return row ? { password_hash: row.password_hash, revision: Number(row.change_revision) } : null;
}

/** Keeps the same password under a stronger hash, unless it was changed meanwhile. */
export async function storeStrongerHash(sql: Sql, userId: string, weaker: string, stronger: string): Promise<void> {
  await sql.query('update credentials set password_hash = $3 where user_id = $1 and password_hash = $2', [
    userId,
    weaker,
    stronger,
  ]);
}
