// A gateway as most are written: verify the token, look the membership up, pass the request on. The tuned variant
// keeps connections open and prepares its statement; both do the work for each request.
import express from 'express';
import { importJWK, jwtVerify, type JWK } from 'jose';
import { Pool } from 'pg';
import { Pool as HttpPool } from 'undici';

const tuned = process.env.PEER_VARIANT === 'tuned';
const upstream = process.env.UPSTREAM_URL ?? '';
const pool = new Pool({ connectionString: process.env.DATABASE_URL, max: 10 });
const http = new HttpPool(upstream, { connections: 64 });
const app = express();
if (tuned) app.disable('etag').disable('x-powered-by');
app.use(express.text({ type: () => true, limit: '100kb' }));

const membership =
  'select m.role, a.slug from membership m join account a on a.id = m.account_id where m.user_id = $1 and m.account_id = $2';

async function forward(
  request: express.Request,
  headers: Record<string, string>,
): Promise<{ status: number; text: string }> {
  const body = typeof request.body === 'string' && request.method !== 'GET' ? request.body : undefined;
  const path = request.originalUrl.replace('/api/v1', '');
  if (tuned) {
    const answer = await http.request({ method: request.method, path, headers, body: body ?? null });
    return { status: answer.statusCode, text: await answer.body.text() };
  }
  const answer = await fetch(upstream + path, { method: request.method, headers, body });
  return { status: answer.status, text: await answer.text() };
}

async function main(): Promise<void> {
  const key = await importJWK(JSON.parse(process.env.PUBLIC_JWK ?? '{}') as JWK, 'EdDSA');
  app.use(async (request, response) => {
    const token = request.headers.authorization?.slice('Bearer '.length) ?? '';
    const { payload } = await jwtVerify(token, key, { issuer: 'naive', audience: 'naive' });
    const values = [payload.sub, payload.account_id];
    const { rows } = await pool.query(
      tuned ? { name: 'membership', text: membership, values } : { text: membership, values },
    );
    if (rows.length === 0) {
      response.status(403).json({ error: 'no membership' });
      return;
    }
    const { status, text } = await forward(request, {
      'content-type': 'application/json',
      'x-user-id': String(payload.sub),
      'x-account-id': String(payload.account_id),
    });
    response.status(status).type('json').send(text);
  });
  app.listen(Number(process.env.PORT), '127.0.0.1', () => console.log('ready'));
}

void main();
