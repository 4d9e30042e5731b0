// better-auth on the same PostgreSQL: its `get-session` stands for a read, its `update-user` for a write.
import { createServer } from 'node:http';
import { Pool } from 'pg';

const port = Number(process.env.PORT);
const pool = new Pool({ connectionString: process.env.DATABASE_URL, max: 10 });

async function main(): Promise<void> {
  const { betterAuth } = await import('better-auth');
  const { toNodeHandler } = await import('better-auth/node');
  const { getMigrations } = await import('better-auth/db/migration');
  const auth = betterAuth({
    database: pool,
    baseURL: `http://127.0.0.1:${port}`,
    secret: process.env.PEER_SECRET,
    emailAndPassword: { enabled: true },
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    trustedOrigins: [`http://127.0.0.1:${port}`],
  });
  await (await getMigrations(auth.options)).runMigrations();
  const handle = toNodeHandler(auth);
  createServer((request, response) => void handle(request, response)).listen(port, '127.0.0.1', () =>
    console.log('ready'),
  );
}

void main();
