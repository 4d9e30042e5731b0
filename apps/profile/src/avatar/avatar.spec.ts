import { type Avatar, type CurrentUserContext, headers } from '@annals/contracts';
import { uuidv7 } from '@annals/event-store';
import type { Objects } from '@annals/objects';
import { signedIn } from '@annals/testing';
import { streamOf } from '../owner.js';
import { profile } from '../profile/profile.js';
import { halves } from '../testing/hostile-pictures.js';
import { type Extra, type ProfileService, testProfileService } from '../testing/profile-service.js';
import { avatarLinks } from './avatar-links.js';
import { changeAvatar, settleChanges } from './change-avatar.js';
import { cleanPicture } from './picture/clean-picture.js';
import { putPictures } from './stored-avatar.js';

const service = testProfileService();
const own = '/users/profile/avatar';
const call = (...asked: Parameters<ProfileService['call']>) => service().call(...asked);

let [one, other]: [Buffer, Buffer] = [Buffer.alloc(0), Buffer.alloc(0)];
beforeAll(async () => {
  [one, other] = await Promise.all([halves().png().toBuffer(), halves(400, 100).png().toBuffer()]);
});

function form(content = one, type = 'image/png'): FormData {
  const made = new FormData();
  made.append('file', new Blob([new Uint8Array(content)], { type }), 'me.png');
  return made;
}
const upload = (who: CurrentUserContext, content = one, extra: Extra = {}) =>
  call('POST', own, who, { body: form(content), ...extra });

/** A person in an account of their own, and a colleague. */
async function people(): Promise<[ada: CurrentUserContext, grace: CurrentUserContext, joined: string]> {
  const ada = signedIn();
  const grace = signedIn('VIEWER', { account_id: ada.account_id });
  await service().join(grace);
  const joined = await service().join(ada);
  // Who follows an address says nothing of what they have seen.
  await service().followed();
  return [ada, grace, joined];
}
const since = (...positions: string[]) => ({ [headers.minPosition]: positions.join(',') });
const avatarOf = (answer: { json: Record<string, unknown> }) => answer.json as unknown as Avatar;
const follow = (url: string, extra: Extra = {}) => call('GET', url.replace('/api/v1', ''), null, extra);
const hide = (who: CurrentUserContext, avatar: string) =>
  call('PATCH', '/users/profile/privacy', who, { body: { fields: { avatar } } });

/** Names of everything that is kept of a person. */
async function keptOf({ account_id, user_id }: CurrentUserContext): Promise<string[]> {
  const names: string[] = [];
  for await (const name of service().parts.objects.list(`avatars/${account_id}/${user_id}`)) names.push(name);
  return names;
}

describe('a picture', () => {
  it('is there in every size once it is sent, and in the profile', async () => {
    const [ada, grace, joined] = await people();
    const sent = await upload(ada);
    expect([sent.status, sent.etag]).toEqual([200, '"0"']);
    const { id, urls } = avatarOf(sent);
    expect(await keptOf(ada)).toHaveLength(10);
    expect((await call('GET', '/users/profile', ada)).json.avatar).toEqual({ id, urls });
    const seen = await call('GET', `/users/${ada.user_id}/profile`, grace, since(joined, sent.position));
    expect(seen.json.avatar).toMatchObject({ id });
    const theirs = (seen.json.avatar as Avatar).urls;
    for (const format of ['webp', 'avif'] as const) {
      for (const url of Object.values(theirs[format])) {
        const { status, headers: head } = await follow(url);
        expect([status, head.get('content-type')]).toEqual([200, `image/${format}`]);
      }
    }
  });

  it('sent again changes nothing; another one takes its place and leaves nothing of it', async () => {
    const [ada] = await people();
    const first = avatarOf(await upload(ada));
    expect((await upload(ada)).etag).toBe('"0"');
    const second = await upload(ada, other);
    expect([second.etag, avatarOf(second).id === first.id]).toEqual(['"1"', false]);
    const kept = await keptOf(ada);
    expect(kept).toHaveLength(10);
    expect(kept.every((name) => name.includes(avatarOf(second).id))).toBe(true);
    expect((await follow(first.urls.webp['64'])).json.code).toBe('avatar-unknown');
  });

  it('that is removed is gone, its bytes too, and removing it twice is once', async () => {
    const [ada] = await people();
    const { urls } = avatarOf(await upload(ada));
    const removed = await call('DELETE', own, ada);
    expect([removed.status, removed.etag, await keptOf(ada)]).toEqual([204, '"1"', []]);
    expect((await call('GET', '/users/profile', ada)).json.avatar).toBeNull();
    expect((await follow(urls.webp['64'])).status).toBe(404);
    expect((await call('DELETE', own, ada)).etag).toBe('"1"');
  });

  it.each([
    ['that is none', 415, 'picture-unsupported', () => form(Buffer.from('<svg/>'))],
    ['that is not what it says', 415, 'picture-untrue', () => form(one, 'image/jpeg')],
    ['that is broken', 400, 'picture-malformed', () => form(one.subarray(0, 60))],
    ['of another type', 415, 'file-type-unsupported', () => form(one, 'image/gif')],
    ['of 6 MB', 413, 'body-too-large', () => form(Buffer.alloc(6_000_000))],
    ['of no bytes', 400, 'file-empty', () => form(Buffer.alloc(0))],
  ])('%s is %d %s, and leaves nothing behind', async (_what, status, code, body) => {
    const [ada] = await people();
    const answer = await call('POST', own, ada, { body: body() });
    expect([answer.status, answer.json.code, await keptOf(ada)]).toEqual([status, code, []]);
  });

  it('that was sent over a state that is gone is refused, and leaves nothing behind', async () => {
    const [ada] = await people();
    await call('PUT', '/users/profile', ada, { body: { name: 'Ada' } });
    await call('PUT', '/users/profile', ada, { body: { name: 'Ada L.' } });
    const stale = await upload(ada, one, { 'if-match': '"0"' });
    expect([stale.status, stale.json.code, await keptOf(ada)]).toEqual([412, 'stale-revision', []]);
  });

  it('with a repeated key is one, and with another file is refused', async () => {
    const [ada] = await people();
    const key = { 'idempotency-key': 'k-1' };
    const first = await upload(ada, one, key);
    const again = await upload(ada, one, key);
    expect([again.headers.get(headers.idempotencyReplayed), again.json, again.etag]).toEqual([
      'true',
      first.json,
      first.etag,
    ]);
    const wrong = await upload(ada, other, key);
    expect([wrong.status, (await keptOf(ada)).every((name) => name.includes(avatarOf(first).id))]).toEqual([422, true]);
    // Repeating what was undone since does not bring it back, neither its bytes.
    await call('DELETE', own, ada);
    await upload(ada, one, key);
    expect(await keptOf(ada)).toEqual([]);
  });

  it('is another one in another account, also for the same user id', async () => {
    const [ada] = await people();
    const elsewhere = signedIn('VIEWER', { user_id: ada.user_id });
    await service().join(elsewhere);
    await upload(ada);
    expect((await call('GET', '/users/profile', elsewhere)).json.avatar).toBeNull();
    expect(await keptOf(elsewhere)).toEqual([]);
    expect((await call('GET', `/users/${ada.user_id}/avatar`, elsewhere)).status).toBe(404);
  });

  it('of many at once from two processes is in the end the one that the profile names', async () => {
    const [ada] = await people();
    const sent = await Promise.all(
      [one, other, one, other].map((content, turn) =>
        upload(ada, content, { at: turn % 2 === 0 ? service().one : service().other }),
      ),
    );
    expect(sent.every(({ status }) => status === 200 || status === 409)).toBe(true);
    const { json } = await call(
      'GET',
      '/users/profile',
      ada,
      since(...sent.map(({ position }) => position).filter(Boolean)),
    );
    const kept = await keptOf(ada);
    expect(kept).toHaveLength(10);
    expect(kept.every((name) => name.includes((json.avatar as Avatar).id))).toBe(true);
  });
});

describe('the directory', () => {
  it('shows pictures in small to members who may see them', async () => {
    const [ada, grace, joined] = await people();
    const put = await call('PUT', '/users/profile', ada, { body: { name: 'Ada' } });
    const { id } = avatarOf(await upload(ada));
    const find = async (...positions: string[]) => {
      const { json } = await call('GET', '/directory', grace, since(joined, put.position, ...positions));
      return (json.data as { avatar: Avatar | null }[])[0]!.avatar;
    };
    const first = await upload(ada, one, {});
    const seen = (await find(first.position))!;
    expect([seen.id, Object.keys(seen.urls.webp)]).toEqual([id, ['64', '128']]);
    expect((await follow(seen.urls.avif['128'])).status).toBe(200);
    expect(await find((await hide(ada, 'private')).position)).toBeNull();
  });
});

describe('/users/{user_id}/avatar', () => {
  it('answers the size and the format that are asked for, or those that suit', async () => {
    const [ada, grace, joined] = await people();
    const { position } = await upload(ada);
    const path = `/users/${ada.user_id}/avatar`;
    const get = (query: string, extra: Extra = {}) =>
      call('GET', path + query, grace, { ...since(joined, position), ...extra });
    const typeOf = async (query: string, accept: string) => (await get(query, { accept })).headers.get('content-type');
    expect(await typeOf('', '*/*')).toBe('image/webp');
    expect(await typeOf('', 'image/avif,image/webp,*/*')).toBe('image/avif');
    expect(await typeOf('', 'image/avif;q=0, */*')).toBe('image/webp');
    expect(await typeOf('?format=webp', 'image/avif')).toBe('image/webp');
    const answer = await get('?size=64');
    expect(answer.headers.get('content-disposition')).toBe('inline; filename="avatar-64.webp"');
    expect(answer.headers.get('cache-control')).toBe('private, no-cache');
    expect(answer.headers.get('vary')).toBe('Accept');
    expect((await get('?size=64', { 'if-none-match': answer.etag })).status).toBe(304);
    expect((await get('?size=65')).json.code).toBe('query-invalid');
    expect((await get('?format=gif')).json.code).toBe('query-invalid');
  });

  it('is the same 404 for one that is hidden, not there, of nobody or of a stranger', async () => {
    const [ada, grace, joined] = await people();
    await upload(ada);
    const hidden = await hide(ada, 'private');
    const stranger = signedIn();
    const asked = await Promise.all([
      call('GET', `/users/${ada.user_id}/avatar`, grace, since(joined, hidden.position)),
      call('GET', `/users/${grace.user_id}/avatar`, ada, since(joined)),
      call('GET', `/users/${uuidv7()}/avatar`, grace),
      call('GET', `/users/${ada.user_id}/avatar`, stranger, since(joined)),
    ]);
    const said = asked.map(({ status, json }) => [status, json.code, json.message]);
    expect(said).toEqual(Array(4).fill([404, 'avatar-unknown', 'There is no such picture']));
    const mine = await call('GET', `/users/${ada.user_id}/avatar`, ada, since(joined, hidden.position));
    expect(mine.status).toBe(200);
  });
});

describe('an address of a picture', () => {
  it('may be kept for as long as it counts, and shown by any page, but as nothing but a picture', async () => {
    const [ada] = await people();
    const { id, urls } = avatarOf(await upload(ada));
    const { headers: head, etag } = await follow(urls.avif['128']);
    const [, seconds] = /^private, max-age=(\d+), immutable$/.exec(head.get('cache-control')!) ?? [];
    expect(Number(seconds)).toBeGreaterThan(12 * 3600 - 60);
    expect(etag).toBe(`"${id}-128.avif"`);
    expect(Object.fromEntries(head)).toMatchObject({
      ...{ 'content-type': 'image/avif', 'content-disposition': 'inline; filename="avatar-128.avif"' },
      ...{ 'x-content-type-options': 'nosniff', 'cross-origin-resource-policy': 'cross-origin' },
      'content-security-policy': "default-src 'none'; sandbox; frame-ancestors 'none'",
    });
    await hide(ada, 'public');
    const seen = await call('GET', '/users/profile', ada);
    const shown = await follow((seen.json.avatar as Avatar).urls.avif['128']);
    expect(shown.headers.get('cache-control')).toMatch(/^public, max-age=/);
  });

  it('shows no more than its reader may see at the moment it is followed', async () => {
    const [ada, grace, joined] = await people();
    const mine = avatarOf(await upload(ada));
    const seen = await call('GET', `/users/${ada.user_id}/profile`, grace, since(joined));
    const theirs = (seen.json.avatar as Avatar).urls.webp['64'];
    expect((await follow(theirs)).status).toBe(200);
    await hide(ada, 'private');
    expect([(await follow(theirs)).json.code, (await follow(mine.urls.webp['64'])).status]).toEqual([
      'avatar-unknown',
      200,
    ]);
    await hide(ada, 'account');
    expect((await follow(theirs)).status).toBe(200);
    const left = await service().leave(ada);
    await service().parts.members.waitFor([], 1_000);
    await call('GET', `/users/${grace.user_id}/profile`, grace, since(left));
    expect((await follow(theirs)).json.code).toBe('avatar-unknown');
  });

  it('counts for exactly what it was made for', async () => {
    const [ada, grace] = await people();
    const { id, urls } = avatarOf(await upload(ada));
    const good = urls.webp['64'];
    const [path, query] = good.split('?') as [string, string];
    const signature = new URLSearchParams(query).get('signature')!;
    const expires = Number(new URLSearchParams(query).get('expires'));
    const wrong = [
      good.replace('64.webp', '128.webp'),
      good.replace('64.webp', '64.avif'),
      good.replace(ada.user_id!, grace.user_id!),
      good.replace(ada.account_id!, uuidv7()),
      good.replace(id, 'a'.repeat(64)),
      good.replace(`expires=${expires}`, `expires=${expires + 1}`),
      `${path}?expires=${expires}&signature=${'A'.repeat(43)}`,
    ];
    for (const url of wrong) expect((await follow(url)).json.code).toBe('avatar-link-invalid');
    for (const url of [path, `${path}?expires=x&signature=${signature}`, `${good}&x=y`]) {
      expect((await follow(url)).json.code).toBe('query-invalid');
    }
    expect((await follow(good.replace('64.webp', '65.webp'))).json.code).toBe('path-unknown');
  });

  it('stays the same for hours, ends in time, and is made with the key of this installation', () => {
    const owner = { account_id: uuidv7(), user_id: uuidv7() };
    const key = Buffer.alloc(32, 1);
    let now = Date.parse('2026-03-01T00:00:00Z');
    const links = avatarLinks(key, () => now);
    const id = 'ab'.repeat(32);
    const picture = { ...owner, avatar_id: id, size: 64, format: 'webp' } as const;
    const partsOf = (avatar: Avatar) => Object.fromEntries(new URLSearchParams(avatar.urls.webp['64'].split('?')[1]));
    const first = links.linksFor('member', owner, id);
    const { expires, signature } = partsOf(first) as { expires: string; signature: string };
    expect(links.check(picture, expires, signature)).toEqual({ viewer: 'member', seconds: 24 * 3600 });
    expect(avatarLinks(Buffer.alloc(32, 2), () => now).check(picture, expires, signature)).toBeNull();
    expect(links.linksFor('self', owner, id)).not.toEqual(first);
    now += 12 * 3600 * 1000 - 1;
    expect(links.linksFor('member', owner, id)).toEqual(first);
    now += 1;
    expect(links.linksFor('member', owner, id)).not.toEqual(first);
    expect(links.check(picture, expires, signature)).toMatchObject({ seconds: 12 * 3600 });
    now += 12 * 3600 * 1000;
    expect(links.check(picture, expires, signature)).toBeNull();
  });
});

describe('a change of a picture that ends in the middle', () => {
  const settled = () => settleChanges(service().parts, 0);

  it('after the bytes, before the fact: the bytes go, and who sends it again has it', async () => {
    const [ada] = await people();
    const cleaned = await cleanPicture(one, 'image/png');
    const { parts, stores } = service();
    const owner = { account_id: ada.account_id!, user_id: ada.user_id! };
    // What lies there when the process is killed between the two.
    await stores.database.pool.query('insert into avatar_changes (id, person) values ($1, $2)', [
      uuidv7(),
      streamOf(owner),
    ]);
    await putPictures(parts.objects, owner, cleaned);
    await settleChanges(parts);
    expect(await keptOf(ada)).toHaveLength(10);
    await settled();
    expect(await keptOf(ada)).toEqual([]);
    expect((await upload(ada)).status).toBe(200);
  });

  it('after the fact, before the bytes are gone: they go, and those of the present picture stay', async () => {
    const [ada] = await people();
    await upload(ada);
    const owner = { account_id: ada.account_id!, user_id: ada.user_id! };
    const { parts } = service();
    const down = () => Promise.reject(new Error('the store is away'));
    const objects: Objects = { ...parts.objects, remove: down, removeAll: down };
    const { state } = await parts.store.load(profile, streamOf(owner));
    const asked = { commandId: uuidv7(), context: ada, now: new Date().toISOString() };
    const removing = changeAvatar({ ...parts, objects }, asked, (whose) => [
      { type: 'AvatarRemoved', data: { ...whose, avatar_id: state.avatar!, updated_at: asked.now } },
    ]);
    await expect(removing).rejects.toThrow('the store is away');
    expect((await call('GET', '/users/profile', ada)).json.avatar).toBeNull();
    expect(await keptOf(ada)).toHaveLength(10);
    await settled();
    expect(await keptOf(ada)).toEqual([]);
    const present = avatarOf(await upload(ada, other));
    await settled();
    expect((await keptOf(ada)).filter((name) => name.includes(present.id))).toHaveLength(10);
  });

  it('leaves no note when it ended well, or was refused', async () => {
    const [ada] = await people();
    await upload(ada);
    await upload(ada, other, { 'if-match': '"7"' });
    await call('DELETE', own, ada);
    const { rows } = await service().stores.database.pool.query('select 1 from avatar_changes where person = $1', [
      `${ada.account_id}_${ada.user_id}`,
    ]);
    expect(rows).toEqual([]);
  });

  it('holds up nobody else, and the same person only while it lasts', async () => {
    const [ada] = await people();
    const { parts } = service();
    const asked = () => ({ commandId: uuidv7(), context: ada, now: new Date().toISOString() });
    const begun = Promise.withResolvers<void>();
    const going = Promise.withResolvers<void>();
    const slow = changeAvatar(
      parts,
      asked(),
      () => [],
      () => (begun.resolve(), going.promise),
    );
    await begun.promise;
    const refused = await upload(ada);
    expect([refused.status, refused.json.code, refused.headers.get('retry-after')]).toEqual([
      409,
      'avatar-under-way',
      '1',
    ]);
    await settled();
    const [grace] = await people();
    expect((await upload(grace)).status).toBe(200);
    going.resolve();
    await slow;
    expect((await upload(ada)).status).toBe(200);
  });
});
