import { type CurrentUserContext, type DomainEvent, headers } from '@annals/contracts';
import { unlessStale, uuidv7 } from '@annals/event-store';
import { signedIn, until } from '@annals/testing';
import { streamOf } from '../owner.js';
import { profile } from '../profile/profile.js';
import { type ProfileService, testProfileService } from '../testing/profile-service.js';
import { beginRelease, handles, takeHandle } from './handle.js';

const service = testProfileService();
const call: ProfileService['call'] = (...asked) => service().call(...asked);
const patch = (who: CurrentUserContext, body: unknown, extra = {}) =>
  call('PATCH', '/users/profile', who, { body, ...extra });
const handleOf = async (who: CurrentUserContext) => (await call('GET', '/users/profile', who)).json.handle;
const colleagueOf = (who: CurrentUserContext) => signedIn('VIEWER', { account_id: who.account_id });
const ownerOf = ({ account_id, user_id }: CurrentUserContext) => ({ account_id: account_id!, user_id: user_id! });

/** Whether somebody else could take the handle, found out by taking it and giving it back. */
async function isFree(handle: string, account: CurrentUserContext): Promise<boolean> {
  const stranger = colleagueOf(account);
  const { status } = await patch(stranger, { handle });
  if (status === 200) await patch(stranger, { handle: null });
  return status === 200;
}

/** A change that claims a handle and falls before it writes the profile. */
async function claimAndFall(who: CurrentUserContext, handle: string, now: string): Promise<void> {
  const { store, handleId } = service().parts;
  const owner = ownerOf(who);
  const { revision: basis } = await store.load(profile, streamOf(owner));
  await store.execute(handles, handleId(owner.account_id, handle), {
    ...{ id: uuidv7(), context: who, now },
    decide: (state) => takeHandle(state, { ...owner, basis, handle, now }),
  });
}

describe('a handle', () => {
  it('belongs to one person of an account, whatever its case, and in another account to somebody else', async () => {
    const ada = signedIn();
    expect((await patch(ada, { handle: 'Ada.L' })).json.handle).toBe('Ada.L');
    const taken = await patch(colleagueOf(ada), { handle: 'ada.l' });
    expect([taken.status, taken.json.code]).toEqual([409, 'handle-taken']);
    expect(taken.json.errors).toEqual([expect.objectContaining({ path: 'handle', code: 'taken' })]);
    const elsewhere = signedIn('VIEWER', { user_id: ada.user_id });
    expect((await patch(elsewhere, { handle: 'ada.l' })).status).toBe(200);
  });

  it.each(['PUT', 'PATCH'])('goes to exactly one of many who ask at once by %s', async (method) => {
    const first = signedIn();
    const people = [first, ...Array.from({ length: 7 }, () => colleagueOf(first))];
    const at = [service().one, service().other];
    const answers = await Promise.all(
      people.map((who, n) => call(method, '/users/profile', who, { body: { handle: 'wanted' }, at: at[n % 2]! })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array<number>(7).fill(409)]);
    const held = await Promise.all(people.map(handleOf));
    expect(held.filter((handle) => handle === 'wanted')).toHaveLength(1);
  });

  it('stays with who has it when they write it in another case, or the same again', async () => {
    const ada = signedIn();
    await patch(ada, { handle: 'ada' });
    expect((await patch(ada, { handle: 'ADA' })).json.handle).toBe('ADA');
    const same = await call('PUT', '/users/profile', ada, { body: { handle: 'ADA', name: 'Ada' } });
    expect([same.status, same.json.handle]).toEqual([200, 'ADA']);
    expect(await isFree('ada', ada)).toBe(false);
  });

  it.each<[string, (ada: CurrentUserContext) => Promise<{ status: number }>]>([
    ['takes another one', (ada) => patch(ada, { handle: 'countess' })],
    ['removes it by PATCH', (ada) => patch(ada, { handle: null })],
    ['leaves it out of PUT', (ada) => call('PUT', '/users/profile', ada, { body: { name: 'Ada' } })],
    ['deletes the profile', (ada) => call('DELETE', '/users/profile', ada)],
  ])('is free for others as soon as its holder %s', async (_, giveUp) => {
    const ada = signedIn();
    await patch(ada, { handle: 'ada', name: 'Ada' });
    expect((await giveUp(ada)).status).toBeLessThan(300);
    expect((await patch(colleagueOf(ada), { handle: 'ada' })).status).toBe(200);
  });

  it('goes round a whole account: two people may swap through a third name', async () => {
    const ada = signedIn();
    const bob = colleagueOf(ada);
    await patch(ada, { handle: 'one' });
    await patch(bob, { handle: 'two' });
    await patch(ada, { handle: 'three' });
    expect((await patch(bob, { handle: 'one' })).status).toBe(200);
    expect((await patch(ada, { handle: 'two' })).status).toBe(200);
  });

  it.each(['admin', 'Root', 'sup-port', 'me', 'N.o.b.o.d.y'])('is never %s', async (handle) => {
    const { status, json } = await patch(signedIn(), { handle });
    expect([status, json.errors]).toEqual([400, [expect.objectContaining({ path: 'handle' })]]);
  });

  it('that was refused changes nothing else, and the former one stays', async () => {
    const ada = signedIn();
    const bob = colleagueOf(ada);
    await patch(ada, { handle: 'ada' });
    await patch(bob, { handle: 'bob', name: 'Bob' });
    expect((await patch(bob, { handle: 'ada', name: 'Robert' })).status).toBe(409);
    const { json, etag } = await call('GET', '/users/profile', bob);
    expect([json.handle, json.name, etag]).toEqual(['bob', 'Bob', '"0"']);
  });

  it('is not claimed by a change that is refused for something else', async () => {
    const ada = signedIn();
    expect((await patch(ada, { handle: 'ada', date_of_birth: '2999-01-01' })).status).toBe(400);
    await patch(ada, { name: 'Ada' });
    expect((await patch(ada, { handle: 'ada' }, { 'if-match': '"7"' })).status).toBe(412);
    expect(await isFree('ada', ada)).toBe(true);
  });

  it('moves over a state the client saw, with its revision', async () => {
    const ada = signedIn();
    await patch(ada, { handle: 'ada' });
    const moved = await patch(ada, { handle: 'countess' }, { 'if-match': '"0"' });
    expect([moved.status, moved.etag, moved.json.handle]).toEqual([200, '"1"', 'countess']);
    expect((await patch(ada, { handle: 'lady' }, { 'if-match': '"0"' })).status).toBe(412);
    expect(await handleOf(ada)).toBe('countess');
  });

  it('is taken once by a repeated request, which is answered alike after somebody else has it', async () => {
    const ada = signedIn();
    const key = { 'idempotency-key': 'k-1' };
    const first = await patch(ada, { handle: 'ada' }, key);
    await patch(ada, { handle: null });
    await patch(colleagueOf(ada), { handle: 'ada' });
    const again = await patch(ada, { handle: 'ada' }, key);
    expect([again.status, again.json, again.etag]).toEqual([200, first.json, first.etag]);
    expect(again.headers.get(headers.idempotencyReplayed)).toBe('true');
    expect(await handleOf(ada)).toBeNull();
  });

  it('leads to one of what the same person asks for at once, and leaves no other claimed', async () => {
    const ada = signedIn();
    const wanted = ['a1', 'a2', 'a3', 'a4'];
    const at = [service().one, service().other];
    const answers = await Promise.all(wanted.map((handle, n) => patch(ada, { handle }, { at: at[n % 2]! })));
    expect(answers.every(({ status }) => status === 200 || status === 409)).toBe(true);
    await service().reacted();
    const held = String(await handleOf(ada));
    expect(wanted).toContain(held);
    for (const handle of wanted) expect([handle, await isFree(handle, ada)]).toEqual([handle, handle !== held]);
  });
});

describe('handles after a fall', () => {
  it('of a change that had claimed, are free again, and the change cannot come through later', async () => {
    const ada = signedIn();
    await patch(ada, { name: 'Ada' });
    const { store } = service().parts;
    const { revision: basis } = await store.load(profile, streamOf(ownerOf(ada)));
    await claimAndFall(ada, 'ada', '2026-01-01T00:00:00.000Z');
    await service().reacted();
    expect(await isFree('ada', ada)).toBe(true);
    const late = await unlessStale(() =>
      store.execute(profile, streamOf(ownerOf(ada)), {
        ...{ id: uuidv7(), context: ada, now: new Date().toISOString(), expectedRevision: basis },
        decide: (): DomainEvent[] => [
          { type: 'ProfileUpdated', data: { ...ownerOf(ada), handle: 'ada', updated_at: new Date().toISOString() } },
        ],
      }),
    );
    expect(late).toBeNull();
  });

  it('of a change that was written, leave the former one free', async () => {
    const ada = signedIn();
    await patch(ada, { handle: 'ada' });
    const { store, handleId } = service().parts;
    const { account_id, user_id } = ownerOf(ada);
    const now = new Date().toISOString();
    const by = () => ({ id: uuidv7(), context: ada, now });
    await store.execute(handles, handleId(account_id, 'ada'), {
      ...by(),
      decide: (state) => beginRelease(state, { account_id, user_id, basis: 0n }),
    });
    const data = { account_id, user_id, handle: null, updated_at: now };
    await store.execute(profile, streamOf(ownerOf(ada)), {
      ...by(),
      decide: () => [{ type: 'ProfileUpdated', data }],
    });
    await service().reacted();
    expect(await isFree('ada', ada)).toBe(true);
  });

  it('of a change that may still be under way, stay claimed', async () => {
    const ada = signedIn();
    await service().stopReactors();
    await claimAndFall(ada, 'ada', new Date().toISOString());
    expect(await isFree('ada', ada)).toBe(false);
    // The person comes back with the same change: the claim is theirs.
    expect((await patch(ada, { handle: 'ada' })).status).toBe(200);
    service().startReactors();
  });

  it('are freed of who leaves the account, together with the field, and the way back begins without', async () => {
    const ada = signedIn();
    await service().join(ada);
    await patch(ada, { handle: 'ada', name: 'Ada' });
    await service().leave(ada);
    await service().reacted();
    expect(await isFree('ada', ada)).toBe(true);
    expect((await call('GET', '/users/profile', ada)).json).toMatchObject({ handle: null, name: 'Ada' });
    await service().join(ada);
    expect((await patch(ada, { handle: 'ada' })).status).toBe(200);
    await service().reacted();
    expect(await handleOf(ada)).toBe('ada');
  });

  it('are freed of somebody who took one with a token from before they left', async () => {
    const ada = signedIn();
    await service().join(ada);
    await service().leave(ada);
    await service().reacted();
    expect((await patch(ada, { handle: 'ada' })).status).toBe(200);
    await until('the handle is taken back', async () => (await handleOf(ada)) === null);
    await service().reacted();
    expect(await isFree('ada', ada)).toBe(true);
  });

  it('say nothing in names of streams, and are sealed inside', async () => {
    const ada = signedIn();
    await patch(ada, { handle: 'canary-bird' });
    const { store } = service().parts;
    let claims = 0;
    for await (const event of store.readAll({ open: false })) {
      if (event.metadata.account_id !== ada.account_id) continue;
      expect(JSON.stringify([event.stream, event.data]).toLowerCase()).not.toContain('canary');
      if (event.type === 'HandleClaimed') claims += 1;
    }
    expect(claims).toBe(1);
  });
});
