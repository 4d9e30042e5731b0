import { randomBytes, randomUUID } from 'node:crypto';
import { testDatabase } from '@annals/testing';
import { migrations } from './migrations.js';
import { sweep } from './sweep.js';

const database = testDatabase({ service: 'identity', migrations });

describe('sweeping', () => {
  it('removes what nobody can need any more, and nothing else', async () => {
    const { pool } = database();
    for (const age of ['3 days', '1 minute']) {
      await pool.query('insert into sign_in_failures values ($1, gen_random_uuid(), 3, now() - $2::interval)', [
        randomUUID(),
        age,
      ]);
      await pool.query(
        "insert into mailed_tokens values ($1, gen_random_uuid(), 'e', now() - $2::interval, 'verification')",
        [randomBytes(32), age],
      );
      await pool.query('insert into shown_tokens values ($1, gen_random_uuid(), now() - $2::interval)', [
        randomBytes(32),
        age,
      ]);
      await pool.query(
        `insert into password_changes values (gen_random_uuid(), gen_random_uuid(), 'h', now(), now() - $1::interval)`,
        [age],
      );
      await pool.query(
        `insert into session_tokens (session_id, user_id, generation, token_hash, sealed_token, auth_methods, elevated,
           rotated_at, started_at, last_activity_at, expires_at)
         values (gen_random_uuid(), gen_random_uuid(), 0, $1, '', '{}', false, now(), now(), now(), now() - $2::interval)`,
        [randomBytes(32), age],
      );
      await pool.query(
        `insert into sign_in_places values (gen_random_uuid(), 'DE', 51, 10, 300, now() - 365 * $1::interval)`,
        [age === '3 days' ? '1 day 1 hour' : age],
      );
      await pool.query(
        'insert into session_floors values (gen_random_uuid(), gen_random_uuid(), now() - $1::interval)',
        [age],
      );
    }
    await sweep(pool);
    await sweep(pool);
    for (const table of [
      'sign_in_failures',
      'mailed_tokens',
      'shown_tokens',
      'password_changes',
      'session_tokens',
      'sign_in_places',
      'session_floors',
    ]) {
      expect((await pool.query(`select from ${table}`, [])).rowCount).toBe(1);
    }
  });
});
