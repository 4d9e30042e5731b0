import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { createContextReader, createContextSigner, generateKey } from '@annals/auth';
import { testDatabase } from '@annals/testing';
import { createApp } from '../http/create-app.js';
import { internalClient, type InternalClient } from '../internal-client.js';
import { createMetrics } from '../metrics.js';
import { recordedLog } from '../recorded-log.js';
import { openParkedDesk } from './open-parked-desk.js';

const database = testDatabase({ service: 'identity' });
const metrics = createMetrics();
const clients: Record<string, InternalClient> = {};
let stop: () => Promise<unknown>;

beforeAll(async () => {
  const { logger } = recordedLog();
  const keys = await Promise.all(['svc:activity', 'svc:profile'].map((principal) => generateKey(principal)));
  const app = createApp({
    ...{ service: 'identity', readiness: {}, logger, commandKey: Buffer.alloc(32, 1) },
    contextReader: createContextReader({ jwks: { keys: keys.map(({ publicJwk }) => publicJwk) } }),
    routes: openParkedDesk({ service: 'identity', pool: database().pool, logger, metrics }),
  });
  const server = app.listen(0, '127.0.0.1');
  await new Promise((done) => server.once('listening', done));
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  for (const { privateJwk } of keys) {
    const signer = createContextSigner({ principal: privateJwk.kid, privateJwk });
    clients[privateJwk.kid] = internalClient({ baseUrl, signer });
  }
  stop = async () => {
    await Promise.all(Object.values(clients).map((client) => client.close()));
    await new Promise((done) => server.close(done));
  };
  await database().pool.query(
    `insert into parked_events (reactor, stream, revision, event_id, event_type, error, attempts)
     values ('send-mail', 'user-1', 0, $1, 'UserRegistered', 'no mail', 3)`,
    [randomUUID()],
  );
});
afterAll(() => stop());

const ask = (path: string, method: 'GET' | 'POST' = 'GET', who = 'svc:activity') =>
  clients[who]!.call({ method, path: `/internal/parked${path}` });
const id = 'identity-event-1';

describe('what a service answers inside about its parked work', () => {
  it('is a page, one piece, and that it is tried again', async () => {
    expect((await ask('?sort_order=asc&limit=10')).body).toMatchObject({ data: [{ id, retry_at: null }] });
    expect((await ask(`/${id}/retry`, 'POST')).status).toBe(204);
    expect((await ask(`/${id}`)).body).toMatchObject({ id, retry_at: expect.any(String) as string, headers: {} });
  });

  it.each([
    ['GET', ''],
    ['POST', '/retry'],
  ] as const)('is 404 for what is not there: %s', (method, path) =>
    expect(ask(`/identity-event-999${path}`, method)).rejects.toMatchObject({ status: 404, code: 'parked-unknown' }),
  );

  it('is for the one service that answers operators', () =>
    expect(ask(`/${id}`, 'GET', 'svc:profile')).rejects.toMatchObject({ status: 403, code: 'principal-required' }));

  it('is in its metrics', () => expect(metrics.text()).toContain('annals_parked'));
});
