import { randomUUID } from 'node:crypto';
import { headers, type CurrentUserContext } from '@annals/contracts';
import { asks, erasuresUnderTest } from '../testing/erasures-under-test.js';

const under = erasuresUnderTest();
jest.setTimeout(60_000);

const path = '/users/data/erasure';
const call = (method: string, rest: string, who: CurrentUserContext | null, asked = {}) =>
  under().service.call(method, path + rest, who, asked);
const post = (who: CurrentUserContext, body: object = {}, extra = {}) =>
  call('POST', '', who, { body, headers: extra });

/** An account with its one ADMIN on record. */
async function runs(who: CurrentUserContext): Promise<void> {
  const account_id = who.account_id!;
  const created = { slug: account_id, name: 'x', domain: null, kind: 'team', created_by_id: who.user_id };
  await under().write(who, 'account', account_id, [
    { type: 'AccountCreated', data: { ...created, account_id, created_at: new Date().toISOString() } },
  ]);
}

describe('asking to be forgotten', () => {
  it('is accepted, and says until when it may be cancelled', async () => {
    const ada = await under().member();
    const { status, json, headers: head } = await post(ada, { reason: 'because I say so' });
    expect([status, head.get('location')]).toEqual([202, `/api/v1/users/data/erasure/${String(json.id)}`]);
    expect(json).toMatchObject({ user_id: ada.user_id, scope: 'person', account_id: null, status: 'scheduled' });
    expect(head.get('cache-control')).toBe('no-store');
  });

  it('needs a proof of just now', async () => {
    const ada = await under().member();
    const stale = { ...ada, authenticated_at: '2026-01-01T00:00:00.000Z' };
    expect(await post(stale)).toMatchObject({ status: 403, json: { code: 'reauthentication-required' } });
  });

  it('twice at once is one, and the same command gets the same receipt', async () => {
    const ada = await under().member();
    const key = { [headers.idempotencyKey]: randomUUID() };
    const first = await post(ada, {}, key);
    const again = await post(ada, {}, key);
    expect([again.status, again.json.receipt]).toEqual([202, first.json.receipt]);
    const grace = await under().member();
    const answers = await Promise.all([post(grace), post(grace), post(grace)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 409, 409]);
    const refused = answers.find(({ status }) => status === 409)!;
    expect(refused.json).toMatchObject({ code: 'erasure-open' });
    expect(refused.headers.get('location')).toBe(answers.find(({ status }) => status === 202)!.headers.get('location'));
  });

  it('is possible again after it was cancelled', async () => {
    const ada = await under().member();
    const { id } = await asks(under(), ada);
    expect((await call('DELETE', `/${id}`, ada)).status).toBe(204);
    const { id: next } = await asks(under(), ada);
    expect(next).not.toBe(id);
  });

  it('is refused while a legal hold stands', async () => {
    const ada = await under().member();
    await under().held(ada, true);
    expect(await post(ada)).toMatchObject({ status: 409, json: { code: 'legal-hold' } });
    expect(await post(ada, { scope: 'account' })).toMatchObject({ status: 409, json: { code: 'legal-hold' } });
    await under().held(ada, false);
    expect((await post(ada)).status).toBe(202);
  });

  it('is refused to the last ADMIN of an account with other members, who is told which', async () => {
    const ada = await under().member('ADMIN');
    await runs(ada);
    await under().member('VIEWER', ada.account_id!);
    const { status, json } = await post(ada);
    expect([status, json.code]).toEqual([409, 'last-admin']);
    expect(json.errors).toEqual([{ path: 'account_id', code: 'last-admin', message: ada.account_id }]);
  });

  it('is granted to the only member of an account', async () => {
    const ada = await under().member('ADMIN');
    await runs(ada);
    expect((await post(ada)).status).toBe(202);
  });

  it.each([
    [{ scope: 'everything' }, 'body-invalid'],
    [{ user_id: 'me' }, 'body-invalid'],
    [{ because: 'x' }, 'body-invalid'],
    [{ reason: 'x'.repeat(1001) }, 'body-invalid'],
  ])('refuses %j', async (body, code) => {
    expect(await post(await under().member(), body)).toMatchObject({ status: 400, json: { code } });
  });

  it('for an account needs one', async () => {
    const ada = { ...(await under().member()), account_id: null };
    expect(await post(ada, { scope: 'account' })).toMatchObject({ status: 400, json: { code: 'account-required' } });
    expect((await call('GET', '?of=account', ada)).json).toMatchObject({ code: 'account-required' });
  });
});

describe('asking about somebody else', () => {
  it('takes what the account holds, unless said', async () => {
    const officer = await under().member('ADMIN');
    const ada = await under().member('VIEWER', officer.account_id!);
    const { status, json } = await post(officer, { user_id: ada.user_id });
    expect([status, json.scope, json.account_id]).toEqual([202, 'account', officer.account_id]);
  });

  it('needs MANAGE_PRIVACY', async () => {
    const viewer = await under().member();
    const ada = await under().member('VIEWER', viewer.account_id!);
    expect(await post(viewer, { user_id: ada.user_id })).toMatchObject({
      status: 403,
      json: { code: 'permission-required' },
    });
    expect((await call('GET', '?of=account', viewer)).status).toBe(403);
  });

  it('knows nobody who never was a member, wherever else they are', async () => {
    const officer = await under().member('ADMIN');
    const elsewhere = await under().member();
    const answers = await Promise.all([elsewhere.user_id!, randomUUID()].map((user_id) => post(officer, { user_id })));
    const told = answers.map(({ status, json }) => [status, json.code, json.detail]);
    expect(told[0]).toEqual([404, 'member-not-found', expect.anything()]);
    expect(told[1]).toEqual(told[0]);
  });

  it('as a whole is for those who belong nowhere else', async () => {
    const officer = await under().member('ADMIN');
    const ada = await under().member('VIEWER', officer.account_id!);
    await under().member('VIEWER', randomUUID(), ada.user_id!);
    const body = { user_id: ada.user_id, scope: 'person' };
    expect(await post(officer, body)).toMatchObject({ status: 409, json: { code: 'member-elsewhere' } });
  });
});

describe('seeing an erasure', () => {
  it('is for its person, officers of its account, and whoever has the receipt: to all others there is none', async () => {
    const ada = await under().member();
    const { id, receipt } = await asks(under(), ada, { scope: 'account' });
    const officer = await under().member('ADMIN', ada.account_id!);
    const colleague = await under().member('VIEWER', ada.account_id!);
    const stranger = await under().member('ADMIN');
    const seen = async (who: CurrentUserContext | null, sent?: string) => {
      const extra = sent === undefined ? {} : { headers: { [headers.erasureReceipt]: sent } };
      const { status, json } = await call('GET', `/${id}`, who, extra);
      return status === 200 ? 'seen' : `${status} ${String(json.code)} ${String(json.detail)}`;
    };
    const unknown = await call('GET', `/${randomUUID()}`, null);
    const none = `404 ${String(unknown.json.code)} ${String(unknown.json.detail)}`;
    expect(await Promise.all([seen(ada), seen(officer), seen(null, receipt), seen(stranger, receipt)])).toEqual(
      Array(4).fill('seen'),
    );
    const wrong = `${receipt.slice(0, -1)}${receipt.endsWith('A') ? 'B' : 'A'}`;
    const refused = [seen(colleague), seen(stranger), seen(null), seen(null, wrong), seen(null, 'ö'), seen(null, '')];
    expect(await Promise.all(refused.map((one) => one.catch(() => none)))).toEqual(Array(6).fill(none));
  });

  it('keeps the receipt nowhere', async () => {
    const ada = await under().member();
    const { id, receipt } = await asks(under(), ada);
    for await (const { data } of under().stores.store.readStream(`erasure-${id}`)) {
      expect(JSON.stringify(data)).not.toContain(receipt);
    }
    expect((await call('GET', `/${id}`, ada)).text).not.toContain(receipt);
  });

  it('lists mine, and to officers those of the account, newest first', async () => {
    const officer = await under().member('ADMIN');
    const ada = await under().member('VIEWER', officer.account_id!);
    const { id: about } = await asks(under(), officer, { user_id: ada.user_id });
    const { id: own } = await asks(under(), ada);
    await under().views.erasures.caughtUp();
    const listed = async (who: CurrentUserContext, query: string) => {
      const { json } = await call('GET', query, who);
      return (json.data as { id: string }[]).map(({ id }) => id);
    };
    expect(await listed(ada, '')).toEqual([own, about]);
    expect(await listed(officer, '?of=account')).toEqual([about]);
    expect(await listed(officer, '')).toEqual([]);
    expect(await listed(await under().member('ADMIN'), '?of=account')).toEqual([]);
    expect((await call('GET', '?of=account&limit=1&page=2', officer)).json.data).toEqual([]);
  });
});

describe('withdrawing', () => {
  it('is for who asked: a person what they asked for, officers what their account did', async () => {
    const officer = await under().member('ADMIN');
    const ada = await under().member('VIEWER', officer.account_id!);
    const { id: own } = await asks(under(), ada, { scope: 'account' });
    expect(await call('DELETE', `/${own}`, officer)).toMatchObject({
      status: 403,
      json: { code: 'erasure-of-others' },
    });
    expect((await call('DELETE', `/${own}`, ada)).status).toBe(204);
    const { id: asked } = await asks(under(), officer, { user_id: ada.user_id });
    expect((await call('DELETE', `/${asked}`, ada)).status).toBe(403);
    const second = await under().member('ADMIN', officer.account_id!);
    expect((await call('DELETE', `/${asked}`, second)).status).toBe(204);
    expect((await call('DELETE', `/${asked}`, second)).status).toBe(204);
    expect((await call('GET', `/${asked}`, ada)).json).toMatchObject({ status: 'cancelled' });
  });

  it('knows nothing of another account', async () => {
    const ada = await under().member();
    const { id } = await asks(under(), ada);
    const stranger = await under().member('ADMIN');
    expect(await call('DELETE', `/${id}`, stranger)).toMatchObject({ status: 404, json: { code: 'erasure-unknown' } });
  });

  it('comes too late once it has begun', async () => {
    const ada = await under().member();
    const { id } = await asks(under(), ada);
    under().later(25);
    expect(await under().run(id)).toBe('over');
    expect(await call('DELETE', `/${id}`, ada)).toMatchObject({ status: 409, json: { code: 'erasure-begun' } });
  });
});
