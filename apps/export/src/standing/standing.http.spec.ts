import { allEvents, type CurrentUserContext, headers, type Permission, recordsOfProcessing } from '@annals/contracts';
import { accountStream, holderOf, type StoredEvent, uuidv7 } from '@annals/event-store';
import { signedIn, startTestService, type TestService, testStores } from '@annals/testing';
import { standingRoutesOf } from './routes.js';
import { anyHold, loadStanding } from './standing.js';

const stores = testStores({ service: 'export', events: allEvents, migrations: [], projections: [] });
let service: TestService;
beforeAll(async () => {
  const { store, keyEncryptionKey: commandKey } = stores();
  service = await startTestService({ service: 'export', routes: standingRoutesOf(store), commandKey });
});
afterAll(() => service.stop());

const happens = (who: CurrentUserContext, category: string, type: string, data: object) =>
  stores().store.execute({ category, initial: null, evolve: () => null }, `${who.account_id}_${who.user_id}`, {
    ...{ id: uuidv7(), context: who, now: new Date().toISOString() },
    decide: () => [{ type, data: { account_id: who.account_id, user_id: who.user_id, ...data } }],
  });
/** A member of an account, and somebody who minds its people's privacy. */
async function people() {
  const member = signedIn('VIEWER');
  await happens(member, 'membership', 'MembershipGranted', { role: 'VIEWER' });
  return { member, officer: signedIn('ADMIN', { account_id: member.account_id }) };
}
type Extra = { body?: unknown; headers?: Record<string, string> };
const call = (who: CurrentUserContext, method: string, path: string, extra: Extra = {}) =>
  service.call(method, path, who, extra);
const pathOf = (who: CurrentUserContext, what: string) => `/users/${who.user_id}/${what}`;
const [hold, restriction, standing] = ['legal-hold', 'restriction', 'standing'];
const reason = 'Proceedings 12 Cg 34/26';
const place = (officer: CurrentUserContext, whom: CurrentUserContext, body: object = { reason }, more: Extra = {}) =>
  call(officer, 'PUT', pathOf(whom, hold), { body, ...more });
const load = ({ account_id, user_id }: CurrentUserContext, now?: Date) =>
  loadStanding(stores().store, account_id!, user_id!, now);
async function historyOf({ account_id, user_id }: CurrentUserContext): Promise<StoredEvent[]> {
  const found: StoredEvent[] = [];
  for await (const event of stores().store.readStream(`hold-${accountStream(account_id!, user_id!)}`))
    found.push(event);
  return found;
}

describe('a legal hold', () => {
  it('stands from the answer on, says who placed it and why, and is released', async () => {
    const { member, officer } = await people();
    const put = await place(officer, member);
    expect(put).toMatchObject({
      status: 200,
      json: { legal_hold: { reason, placed_by_id: officer.user_id, until: null }, restriction: null },
    });
    expect(await load(member)).toEqual({ held: true, restricted: false });
    expect((await call(officer, 'GET', pathOf(member, standing))).json).toEqual(put.json);
    expect((await call(officer, 'DELETE', pathOf(member, hold))).status).toBe(204);
    expect(await load(member)).toEqual({ held: false, restricted: false });
    expect((await call(officer, 'DELETE', pathOf(member, hold))).status).toBe(204);
    expect((await historyOf(member)).map(({ type }) => type)).toEqual(['LegalHoldPlaced', 'LegalHoldReleased']);
  });

  it('ends by itself when it says so', async () => {
    const { member, officer } = await people();
    const until = new Date(Date.now() + 60_000).toISOString();
    expect((await place(officer, member, { reason, until })).json).toMatchObject({ legal_hold: { until } });
    expect([await load(member), await load(member, new Date(until))]).toMatchObject([{ held: true }, { held: false }]);
  });

  it('is placed once, however often it is sent, and a key is for one hold', async () => {
    const { member, officer } = await people();
    const key = { headers: { 'idempotency-key': 'h-1' } };
    const first = await place(officer, member, { reason }, key);
    const again = await place(officer, member, { reason }, key);
    expect([again.json, again.headers.get(headers.idempotencyReplayed)]).toEqual([first.json, 'true']);
    await place(officer, member);
    expect(await historyOf(member)).toHaveLength(1);
    expect((await place(officer, member, { reason: 'Another' }, key)).status).toBe(422);
  });

  it('holds somebody who has left as well', async () => {
    const { member, officer } = await people();
    await happens(member, 'membership', 'MembershipEnded', { reason: 'left' });
    expect((await place(officer, member)).status).toBe(200);
  });

  it('knows nobody who never belonged to the account, wherever else they do', async () => {
    const [here, there] = [await people(), await people()];
    for (const [method, what] of [
      ...([
        ['PUT', hold],
        ['DELETE', hold],
        ['PUT', restriction],
      ] as const),
      ...([
        ['DELETE', restriction],
        ['GET', standing],
      ] as const),
    ]) {
      const extra = method === 'PUT' ? { body: { reason } } : {};
      const [elsewhere, nowhere] = [
        await call(here.officer, method, pathOf(there.member, what), extra),
        await call(here.officer, method, pathOf(signedIn(), what), extra),
      ];
      expect([elsewhere.status, elsewhere.json.code]).toEqual([404, 'member-not-found']);
      expect({ ...elsewhere.json, instance: null, request_id: null, trace_id: null }).toEqual({
        ...nowhere.json,
        ...{ instance: null, request_id: null, trace_id: null },
      });
    }
    expect(await load(there.member)).toEqual({ held: false, restricted: false });
  });

  it('of a person in one account is none in another with the same ids', async () => {
    const { member, officer } = await people();
    const elsewhere = signedIn('VIEWER', { user_id: member.user_id });
    await happens(elsewhere, 'membership', 'MembershipGranted', { role: 'VIEWER' });
    await place(officer, member);
    expect(await load(elsewhere)).toEqual({ held: false, restricted: false });
    const ids = [elsewhere.account_id!, member.account_id!];
    expect(await anyHold(stores().store, member.user_id!, ids)).toBe(true);
    expect(await anyHold(stores().store, member.user_id!, ids.slice(0, 1))).toBe(false);
  });

  it.each([
    [{}, 'reason'],
    [{ reason: '' }, 'reason'],
    [{ reason: 'x'.repeat(1001) }, 'reason'],
    [{ reason, until: 'tomorrow' }, 'until'],
    [{ reason, forever: true }, 'forever'],
  ])('names what %j gets wrong', async (body, path) => {
    const { member, officer } = await people();
    const { status, json } = await place(officer, member, body);
    expect([status, json.code]).toEqual([400, 'body-invalid']);
    expect(json.errors).toEqual([expect.objectContaining({ path })]);
  });

  it('cannot end before it begins', async () => {
    const { member, officer } = await people();
    const { status, json } = await place(officer, member, { reason, until: '2020-01-01T00:00:00.000Z' });
    expect([status, json.code]).toEqual([422, 'hold-in-the-past']);
  });
});

describe('a restriction of processing', () => {
  it('stands from the answer on until it is lifted, beside a hold and without it', async () => {
    const { member, officer } = await people();
    await place(officer, member);
    const put = await call(officer, 'PUT', pathOf(member, restriction), { body: { reason: 'Accuracy is contested' } });
    expect(put).toMatchObject({
      status: 200,
      json: { legal_hold: { reason }, restriction: { reason: 'Accuracy is contested' } },
    });
    expect(await load(member)).toEqual({ held: true, restricted: true });
    await call(officer, 'DELETE', pathOf(member, hold));
    expect(await load(member)).toEqual({ held: false, restricted: true });
    expect((await call(officer, 'DELETE', pathOf(member, restriction))).status).toBe(204);
    expect(await load(member)).toEqual({ held: false, restricted: false });
  });
});

describe('who may hold and restrict', () => {
  it.each(['MANAGER', 'EDITOR', 'VIEWER', 'BILLING', 'ANALYTICS'] as const)('is no %s', async (role) => {
    const { member } = await people();
    const other = signedIn(role, { account_id: member.account_id });
    for (const [method, what] of [
      ...([
        ['PUT', hold],
        ['DELETE', hold],
        ['PUT', restriction],
      ] as const),
      ...([
        ['DELETE', restriction],
        ['GET', standing],
      ] as const),
    ]) {
      const { status } = await call(other, method, pathOf(member, what), method === 'PUT' ? { body: { reason } } : {});
      expect([method, what, status]).toEqual([method, what, 403]);
    }
    expect(await historyOf(member)).toEqual([]);
  });

  it('is whoever has the permission, by whatever role', async () => {
    const { member } = await people();
    const permissions: Permission[] = ['MANAGE_PRIVACY'];
    const officer = signedIn('VIEWER', { account_id: member.account_id, permissions });
    expect((await place(officer, member)).status).toBe(200);
  });

  it('is not the person, who learns that they are held and restricted, but not why they are held', async () => {
    const { member, officer } = await people();
    await place(officer, member);
    await call(officer, 'PUT', pathOf(member, restriction), { body: { reason: 'You asked for it' } });
    const { status, json } = await call(member, 'GET', pathOf(member, standing));
    expect(status).toBe(200);
    expect(json).toMatchObject({ legal_hold: { reason: null }, restriction: { reason: 'You asked for it' } });
    expect((await call(member, 'DELETE', pathOf(member, hold))).status).toBe(403);
  });
});

describe('the reason of a hold', () => {
  it('is sealed with the person’s key in the account, and gone with it', async () => {
    const { member, officer } = await people();
    await place(officer, member);
    const { keys, store } = stores();
    const [event] = await historyOf(member);
    expect(event?.data.reason).toBe(reason);
    const raw: StoredEvent[] = [];
    const stream = `hold-${accountStream(member.account_id!, member.user_id!)}`;
    for await (const sealed of store.readStream(stream, { open: false })) raw.push(sealed);
    expect(JSON.stringify(raw[0]?.data)).not.toContain('Proceedings');
    await keys.fence(holderOf(member.user_id!, member.account_id));
    const refused = await call(officer, 'PUT', pathOf(member, restriction), { body: { reason } });
    expect([refused.status, refused.json.code]).toEqual([410, 'subject-erased']);
  });
});

describe('the records of processing', () => {
  it('tell an ADMIN of every purpose and every marked field', async () => {
    const { officer } = await people();
    const { status, json } = await call(officer, 'GET', '/privacy/records-of-processing');
    expect([status, json]).toEqual([200, { processings: recordsOfProcessing() }]);
  });

  it.each(['MANAGER', 'VIEWER', 'ANALYTICS'] as const)('are not for a %s', async (role) => {
    expect((await call(signedIn(role), 'GET', '/privacy/records-of-processing')).status).toBe(403);
  });
});
