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
      await pool.query(
        `insert into password_changes values (gen_random_uuid(), gen_random_uuid(), 'h', now(), now() - $1::interval)`,
        [age],
      );
      await pool.query(
        `insert into session_tokens values
         (gen_random_uuid(), gen_random_uuid(), 0, $1, $1, now(), now(), now() - $2::interval, null)`,
        [randomBytes(32), age],
      );
    }
    await sweep(pool);
    await sweep(pool);
    for (const table of ['sign_in_failures', 'mailed_tokens', 'password_changes', 'session_tokens']) {
      expect((await pool.query(`select from ${table}`, [])).rowCount).toBe(1);
    }
  });
});
