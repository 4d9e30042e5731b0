import type { Sql } from '@annals/postgres';

/** A passkey as it verifies: what authenticators show of themselves. */
export interface StoredPasskey {
  passkey_id: string;
  user_id: string;
  /** Named by the authenticator, in base64url. */
  credential_id: string;
  /** COSE key. */
  public_key: Buffer;
  /** How often the authenticator says it has signed; 0 for one that does not count. */
  sign_count: number;
  /** May be on several devices of its person. */
  synced: boolean;
  transports: string[];
  name: string;
  created_at: Date;
  last_used_at: Date | null;
}

const columns = `passkey_id, user_id, credential_id, public_key, sign_count, synced, transports, name, created_at,
  last_used_at`;

const stored = (row: StoredPasskey & { sign_count: number | string }): StoredPasskey => ({
  ...row,
  sign_count: Number(row.sign_count),
});

/** Keeps a new passkey. It is good from the event on that names it. False when the credential is another passkey's. */
export async function keepPasskey(sql: Sql, passkey: Omit<StoredPasskey, 'created_at' | 'last_used_at'>, now: string) {
  await sql.query(
    `insert into passkeys (passkey_id, user_id, credential_id, public_key, sign_count, synced, transports, name, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing`,
    [
      ...[passkey.passkey_id, passkey.user_id, passkey.credential_id, passkey.public_key, passkey.sign_count],
      ...[passkey.synced, passkey.transports, passkey.name, now],
    ],
  );
  const kept = await passkeyOfCredential(sql, passkey.credential_id);
  return kept?.passkey_id === passkey.passkey_id;
}

export async function passkeyOfCredential(sql: Sql, credentialId: string): Promise<StoredPasskey | null> {
  const { rows } = await sql.query<StoredPasskey>(`select ${columns} from passkeys where credential_id = $1`, [
    credentialId,
  ]);
  return rows[0] ? stored(rows[0]) : null;
}

/** The named passkeys of a person, oldest first. */
export async function passkeysOf(sql: Sql, userId: string, ids: readonly string[]): Promise<StoredPasskey[]> {
  const { rows } = await sql.query<StoredPasskey>(
    `select ${columns} from passkeys where user_id = $1 and passkey_id = any($2) order by created_at, passkey_id`,
    [userId, ids],
  );
  return rows.map(stored);
}

/**
 * Notes a use and what the authenticator counts. False when it counted no further than before, unless it never counts
 * (WebAuthn §7.2 step 22).
 */
export async function advanceCount(sql: Sql, passkeyId: string, count: number, now: string): Promise<boolean> {
  const { rowCount } = await sql.query(
    `update passkeys set sign_count = $2, last_used_at = $3
     where passkey_id = $1 and (sign_count < $2::bigint or (sign_count = 0 and $2::bigint = 0))`,
    [passkeyId, count, now],
  );
  return rowCount === 1;
}

export async function forgetPasskey(sql: Sql, passkeyId: string): Promise<void> {
  await sql.query('delete from passkeys where passkey_id = $1', [passkeyId]);
}
