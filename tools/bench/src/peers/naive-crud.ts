// The service that a careful team writes without event sourcing: one row per profile, and an audit row in the same transaction.
import express from 'express';
import { Pool } from 'pg';

const tuned = process.env.PEER_VARIANT === 'tuned';
const pool = new Pool({ connectionString: process.env.DATABASE_URL, max: 10 });
const app = express();
if (tuned) app.disable('etag').disable('x-powered-by');
app.use(express.json({ limit: '100kb' }));

/** The tuned variant prepares its statements. */
const statement = (name: string, text: string, values: unknown[]) =>
  tuned ? { name, text, values } : { text, values };

/** Reading and changing one row; `set` names what of the body, as $3 and $4, goes where. */
function resource(table: string, set: string, valuesOf: (body: Record<string, unknown>) => unknown[]): void {
  app.get(`/users/${table}`, async (request, response) => {
    const ids = [request.headers['x-account-id'], request.headers['x-user-id']];
    const { rows } = await pool.query(
      statement(`read ${table}`, `select * from ${table} where account_id = $1 and user_id = $2`, ids),
    );
    if (rows.length === 0) response.status(404).json({ error: 'not found' });
    else response.json(rows[0]);
  });

  app.patch(`/users/${table}`, async (request, response) => {
    const ids = [request.headers['x-account-id'], request.headers['x-user-id']];
    const client = await pool.connect();
    try {
      await client.query('begin');
      const before = await client.query<Record<string, unknown>>(
        statement(`lock ${table}`, `select * from ${table} where account_id = $1 and user_id = $2 for update`, ids),
      );
      const after = await client.query<Record<string, unknown>>(
        statement(
          `update ${table}`,
          `update ${table} set ${set}, revision = revision + 1, updated_at = now()
             where account_id = $1 and user_id = $2 returning *`,
          [...ids, ...valuesOf(request.body as Record<string, unknown>)],
        ),
      );
      await client.query(
        statement('audit', 'insert into audit (account_id, user_id, old, new, at) values ($1, $2, $3, $4, now())', [
          ...ids,
          JSON.stringify(before.rows[0]),
          JSON.stringify(after.rows[0]),
        ]),
      );
      await client.query('commit');
      response.json(after.rows[0]);
    } catch (error) {
      await client.query('rollback');
      throw error;
    } finally {
      client.release();
    }
  });
}

resource('profile', 'bio = coalesce($3, bio), location = coalesce($4, location)', ({ bio, location }) => [
  bio ?? null,
  location ?? null,
]);
resource('preferences', 'timezone = coalesce($3, timezone), theme = theme || $4', ({ timezone, theme }) => [
  timezone ?? null,
  JSON.stringify(theme ?? {}),
]);

app.listen(Number(process.env.PORT), '127.0.0.1', () => console.log('ready'));
