import { createSigningKey, nextKeyDue, type PrivateJwk, type SigningKey } from '@annals/auth';
import { uuidv7 } from '@annals/event-store';
import { withTransaction, type Pool, type Sql } from '@annals/postgres';
import type { Secrets } from '../secrets.js';

/** The signing keys that all processes of identity share. */
export interface KeyRing {
  keys(): readonly SigningKey[];
  /** Reads what others made, and makes the next key when its time has come. */
  renew(): Promise<void>;
  stop(): void;
}

export interface KeyRingOptions {
  pool: Pool;
  secrets: Secrets;
  /** How long one key signs, in milliseconds. */
  period: number;
  /** Told of all keys when there is one that it was not told of yet; again a minute later when it fails. */
  record: (keys: readonly SigningKey[]) => Promise<void>;
  onError: (error: Error) => void;
  now?: () => number;
}

const renewEveryMs = 60_000;

/** Opens the ring; the first process of all makes the first key. Keys are made one at a time, whoever else starts. */
export async function openKeyRing({
  pool,
  secrets,
  period,
  record,
  onError,
  now = Date.now,
}: KeyRingOptions): Promise<KeyRing> {
  let keys: SigningKey[] = [];
  let recorded = 0;

  async function renew(): Promise<void> {
    await makeDue();
    // Tokens are signed all the same while it cannot be recorded that there is a new key.
    if (keys.length > recorded) await record(keys).then(() => (recorded = keys.length), onError);
  }

  async function makeDue(): Promise<void> {
    keys = await readKeys(pool, secrets);
    if (nextKeyDue(keys, now(), period) === null) return;
    keys = await withTransaction(pool, async (tx) => {
      await tx.query("select pg_advisory_xact_lock(hashtext('identity.signing_keys'))", []);
      const present = await readKeys(tx, secrets);
      const due = nextKeyDue(present, now(), period);
      if (due === null) return present;
      const key = await createSigningKey(uuidv7(), due);
      await tx.query('insert into signing_keys (kid, sealed_key, signs_from) values ($1, $2, $3)', [
        key.kid,
        secrets.seal(purposeOf(key.kid), JSON.stringify(key.private_jwk)),
        new Date(key.signs_from),
      ]);
      return [...present, key];
    });
  }

  await renew();
  const timer = setInterval(() => void renew().catch(onError), renewEveryMs);
  timer.unref();
  return { keys: () => keys, renew, stop: () => clearInterval(timer) };
}

const purposeOf = (kid: string) => `signing key ${kid}`;

async function readKeys(sql: Sql, secrets: Secrets): Promise<SigningKey[]> {
  const { rows } = await sql.query<{ kid: string; sealed_key: string; signs_from: Date }>(
    'select kid, sealed_key, signs_from from signing_keys order by signs_from',
    [],
  );
  return rows.map(({ kid, sealed_key, signs_from }) => ({
    kid,
    private_jwk: JSON.parse(secrets.open(purposeOf(kid), sealed_key)) as PrivateJwk,
    signs_from: signs_from.getTime(),
  }));
}
