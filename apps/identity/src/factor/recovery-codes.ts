import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Sql } from '@annals/postgres';
import type { Identity } from '../identity.js';
import { base32 } from './base32.js';

export const recoveryCodeCount = 10;
/** 120 bits: too many to guess, so they need no slow hash (OWASP ASVS 5.0 6.5.2 asks for 112). */
const codeBytes = 15;

/** `abcd-efgh-…`: six groups of four. */
const shown = (bytes: Buffer) => base32(bytes).toLowerCase().match(/.{4}/g)!.join('-');
const asTyped = (code: string) => createHash('sha256').update(code.toLowerCase().replace(/[\s-]/g, '')).digest();

/**
 * The codes of a set. They follow from its salt in the database and a key outside it, so no code is kept anywhere, and a
 * client whose answer got lost can be given the very same ones again.
 */
export const codesOf = (key: Buffer, salt: Buffer): string[] =>
  Array.from({ length: recoveryCodeCount }, (_, place) =>
    shown(createHmac('sha256', key).update(salt).update(Buffer.of(place)).digest().subarray(0, codeBytes)),
  );

/** Place of a code in its set, however it was typed; null for a wrong one. */
export function placeOf(codes: readonly string[], typed: string): number | null {
  const hash = asTyped(typed);
  let found: number | null = null;
  codes.forEach((code, place) => {
    if (timingSafeEqual(asTyped(code), hash)) found = place;
  });
  return found;
}

/** Makes a set. It is good from the event on that names it; repeating it gives the same codes. */
export async function makeCodes(
  { pool, secrets }: Identity,
  set: { user_id: string; set_id: string },
  now: string,
): Promise<string[]> {
  await pool.query(
    'insert into recovery_code_sets (set_id, user_id, salt, created_at) values ($1, $2, $3, $4) on conflict do nothing',
    [set.set_id, set.user_id, randomBytes(32), now],
  );
  return codesOf(secrets.recoveryKey, (await saltOf(pool, set.set_id))!);
}

/** Null when the set is gone. */
export async function storedCodes({ pool, secrets }: Identity, setId: string): Promise<string[] | null> {
  const salt = await saltOf(pool, setId);
  return salt && codesOf(secrets.recoveryKey, salt);
}

async function saltOf(sql: Sql, setId: string): Promise<Buffer | null> {
  const { rows } = await sql.query<{ salt: Buffer }>('select salt from recovery_code_sets where set_id = $1', [setId]);
  return rows[0]?.salt ?? null;
}

export async function forgetCodes(sql: Sql, setId: string): Promise<void> {
  await sql.query('delete from recovery_code_sets where set_id = $1', [setId]);
}
