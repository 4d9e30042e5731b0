import { randomUUID } from 'node:crypto';
import { createContextReader, createContextSigner, generateKey, serviceIdentity } from '@annals/auth';
import { allEvents, headers, Problem, type ErasedHolder } from '@annals/contracts';
import { eraseHolders, startTestStores, type TestStores } from '@annals/testing';
import type { AddressInfo } from 'node:net';
import { createApp } from '../http/create-app.js';
import { createLogger } from '../log.js';
import { erasureInside, type Eraser, type ErasureDeskOptions } from './erasure-desk.js';
import { erasingAs, erasureOf, refuseErased, requireErasure } from './recorded-erasure.js';

type Ask = (body: unknown) => Promise<{ status: number; body: Record<string, unknown> }>;
const closes: (() => void)[] = [];
afterAll(() => closes.forEach((close) => close()));

/** A service with this desk, asked by the export service. */
async function serving(options: Partial<ErasureDeskOptions>): Promise<Ask> {
  const { privateJwk, publicJwk } = await generateKey('svc:export');
  const signer = createContextSigner({ principal: 'svc:export', privateJwk });
  const app = createApp({
    ...{ service: 'profile' as const, logger: createLogger({ service: 'profile', level: 'silent' }), readiness: {} },
    ...{ projections: [], commandKey: Buffer.alloc(32, 1) },
    routes: erasureInside({ runners: [], erasers: [], ...options }),
    contextReader: createContextReader({ jwks: { keys: [publicJwk] } }),
  });
  const server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  closes.push(() => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/internal/erasures`;
  return async (body) => {
    const given = { [headers.context]: await signer.sign(serviceIdentity('svc:export')) };
    const sent = { method: 'POST', headers: { ...given, 'content-type': 'application/json' } };
    const answer = await fetch(url, { ...sent, body: JSON.stringify(body) });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
}

const ada: ErasedHolder = { account_id: null, user_id: randomUUID() };
const adaHere: ErasedHolder = { account_id: randomUUID(), user_id: ada.user_id };
const asked = { erasure_id: randomUUID(), holders: [ada, adaHere], positions: '7-7@erased' };

describe('a service that is asked to forget somebody', () => {
  it('removes one kind of thing after the other, of each holder, and says how many', async () => {
    const done: unknown[] = [];
    const eraser = (of: string): Eraser => ({
      of,
      remove: async (holder) => {
        done.push([of, holder.account_id]);
        return 2;
      },
    });
    const ask = await serving({ erasers: [eraser('pictures'), eraser('documents')] });
    expect(await ask(asked)).toEqual({ status: 200, body: { removed: { pictures: 4, documents: 4 } } });
    const here = adaHere.account_id;
    expect(done).toEqual([
      ...[
        ['pictures', null],
        ['pictures', here],
      ],
      ...[
        ['documents', null],
        ['documents', here],
      ],
    ]);
  });

  it('waits until every read model has seen the fact, and removes nothing before', async () => {
    let removed = 0;
    const behind = new Problem(503, 'projection-behind', 'not yet', { headers: { 'retry-after': '1' } });
    let waited: unknown;
    const ask = await serving({
      runners: [
        { waitFor: async () => undefined },
        {
          waitFor: async (tokens) => {
            waited = tokens;
            throw behind;
          },
        },
      ],
      erasers: [{ of: 'pictures', remove: async () => (removed += 1) }],
    });
    expect(await ask(asked)).toMatchObject({ status: 503, body: { code: 'projection-behind' } });
    expect(waited).toEqual([{ category: 'erased', position: { commit: 7n, prepare: 7n } }]);
    expect(removed).toBe(0);
  });

  it('says so when something could not be removed, and has not acknowledged then', async () => {
    const failing: Eraser = {
      of: 'pictures',
      remove: () => Promise.reject(new Error('the disk of ada@acme.test is gone')),
    };
    const { status, body } = await (await serving({ erasers: [failing] }))(asked);
    expect(status).toBe(500);
    expect(JSON.stringify(body)).not.toContain('ada@acme.test');
  });

  it.each([
    ['no holder', { ...asked, holders: [] }],
    ['more than a thousand', { ...asked, holders: Array.from({ length: 1_001 }, () => ada) }],
    ['positions that are none', { ...asked, positions: 'soon' }],
    ['a field too many', { ...asked, all: true }],
  ])('refuses %s', async (_what, body) => {
    expect((await (await serving({}))(body)).status).toBe(400);
  });
});

describe('the fact that somebody was erased', () => {
  let stores: TestStores;
  beforeAll(async () => {
    stores = await startTestStores({ service: 'profile', events: allEvents });
  });
  afterAll(() => stores.stop());

  it('is what erasers go by, and nothing else is', async () => {
    const { store, keys } = stores;
    await expect(requireErasure(store, adaHere)).rejects.toMatchObject({ status: 409, code: 'not-erased' });
    const { erasure_id } = await eraseHolders(keys, [store], [adaHere]);
    expect(await requireErasure(store, adaHere)).toMatchObject({ holder: adaHere, erasure_id });
    expect(await erasureOf(store, ada)).toBeNull();
  });

  it('refuses in the account that wrote it, and everywhere when it is of everywhere', async () => {
    const { store, keys } = stores;
    const elsewhere = { ...adaHere, account_id: randomUUID() };
    const refused = { status: 410, code: 'subject-erased' };
    await expect(refuseErased(store, adaHere)).rejects.toMatchObject(refused);
    await expect(refuseErased(store, elsewhere)).resolves.toBeUndefined();
    await eraseHolders(keys, [store], [ada]);
    for (const holder of [elsewhere, ada]) await expect(refuseErased(store, holder)).rejects.toMatchObject(refused);
  });

  it('gives each step an id of its own, the same whenever it is done', async () => {
    const erasure = await requireErasure(stores.store, adaHere);
    const [once, again] = [erasingAs(erasure, 'leave'), erasingAs(erasure, 'leave', new Date(0))];
    expect(again.commandId).toBe(once.commandId);
    expect(erasingAs(erasure, 'unseat').commandId).not.toBe(once.commandId);
    expect(erasingAs({ ...erasure, holder: ada }, 'leave').commandId).not.toBe(once.commandId);
    expect(once.context).toMatchObject({ kind: 'service', principal: 'svc:erasure', ip_address: null });
  });
});
