import { type CurrentUserContext, headers } from '@annals/contracts';
import { signedIn } from '@annals/testing';
import { testProfileService } from '../../testing/profile-service.js';

const service = testProfileService();

interface Page {
  data: {
    user_id: string;
    handle: string | null;
    name: string | null;
    pronouns: string | null;
    verified: object | null;
  }[];
  meta: { limit: number; has_next_page: boolean; next_cursor: string | null };
}

/** A member with a profile, and the position from which on both are to be seen. */
async function person(account_id: string, fields: object, user?: string) {
  const who = signedIn('VIEWER', { account_id, ...(user === undefined ? {} : { user_id: user }) });
  const joined = await service().join(who);
  const put = await service().call('PUT', '/users/profile', who, { body: fields });
  expect(put.status).toBe(200);
  return { who, seen: `${joined},${put.position}` };
}

/** Somebody who looks for others and has no profile. */
const looking = (account_id: string) => signedIn('VIEWER', { account_id });

async function ask(who: CurrentUserContext, query: Record<string, string | number>, seen?: string): Promise<Page> {
  const search = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  const extra = seen === undefined ? {} : { [headers.minPosition]: seen };
  const answer = await service().call('GET', `/directory?${search.join('&')}`, who, extra);
  expect(answer.status).toBe(200);
  return answer.json as unknown as Page;
}
const names = ({ data }: Page) => data.map(({ name, handle }) => name ?? handle);

describe('GET /directory', () => {
  const account = signedIn().account_id!;
  const people = [
    { name: 'Ada Lovelace', handle: 'ada' },
    { name: 'Adam Smith', handle: 'adam.smith' },
    { name: 'Grace Hopper', handle: 'ada.fan' },
    { name: 'Zoë Weiß', handle: 'zoe' },
    { name: 'Łukasz O’Brien', handle: 'lukasz' },
    { name: '山田太郎', handle: 'taro' },
    { name: 'محمد الحسن' },
    { name: 'Алексей Иванов' },
  ];
  let seen: string;
  beforeAll(async () => {
    const positions: string[] = [];
    for (const fields of people) positions.push((await person(account, fields)).seen);
    seen = positions.join(',');
  });
  const find = async (q: string) => names(await ask(looking(account), { q }, seen));

  it.each([
    ['Lovelace', 'Ada Lovelace'],
    ['lovelase', 'Ada Lovelace'],
    ['lovlace', 'Ada Lovelace'],
    ['lovelcae', 'Ada Lovelace'],
    ['ada lov', 'Ada Lovelace'],
    ['lov ada', 'Ada Lovelace'],
    ['ada lovelase', 'Ada Lovelace'],
    ['hoper grcae', 'Grace Hopper'],
    ['@taro', '山田太郎'],
    ['zoe weiss', 'Zoë Weiß'],
    ['ZOË', 'Zoë Weiß'],
    ['weis', 'Zoë Weiß'],
    ['lukasz', 'Łukasz O’Brien'],
    ["o'brien", 'Łukasz O’Brien'],
    ['山', '山田太郎'],
    ['太郎', '山田太郎'],
    ['محمد', 'محمد الحسن'],
    ['иванов алек', 'Алексей Иванов'],
    ['алесей', 'Алексей Иванов'],
  ])('finds by %s: %s', async (q, name) => expect((await find(q))[0]).toBe(name));

  it('puts this very handle first, then what begins so, then what is spelled much so', async () => {
    expect(await find('ada')).toEqual(['Ada Lovelace', 'Grace Hopper', 'Adam Smith']);
    expect(await find('@ada')).toEqual(['Ada Lovelace', 'Grace Hopper', 'Adam Smith']);
    expect(await find('adsm')).toEqual(['Adam Smith']);
    expect(await find('adan')).toEqual(['Ada Lovelace', 'Grace Hopper', 'Adam Smith']);
  });

  it('takes one letter as a beginning', async () => {
    expect(await find('g')).toEqual(['Grace Hopper']);
    expect(await find('x')).toEqual([]);
  });

  it.each(['%', '_', '\\', '@', '?!…', '%_\\'.repeat(33), '🦄', "' or 1=1 --", 'a'.repeat(100), 'x '.repeat(49)])(
    'finds nobody by %s',
    async (q) => expect(await find(q)).toEqual([]),
  );

  it('shows the alphabet, page by page, everybody once', async () => {
    const asker = looking(account);
    const all: (string | null)[] = [];
    let query: Record<string, string | number> = { limit: 3 };
    for (;;) {
      const page = await ask(asker, query, seen);
      all.push(...names(page));
      expect(page.meta).toMatchObject({ limit: 3, has_next_page: page.meta.next_cursor !== null });
      if (page.meta.next_cursor === null) break;
      query = { limit: 3, cursor: page.meta.next_cursor };
    }
    const expected = ['Ada Lovelace', 'Adam Smith', 'Grace Hopper', 'Łukasz O’Brien', 'Zoë Weiß'];
    expect(all).toEqual([...expected, 'Алексей Иванов', 'محمد الحسن', '山田太郎']);
  });

  it('goes on with a question by its cursor', async () => {
    const asker = looking(account);
    const first = await ask(asker, { q: 'ada', limit: 2 }, seen);
    const rest = await ask(asker, { q: 'ada', limit: 2, cursor: first.meta.next_cursor! }, seen);
    expect([names(first), names(rest)]).toEqual([['Ada Lovelace', 'Grace Hopper'], ['Adam Smith']]);
    expect(rest.meta.next_cursor).toBeNull();
  });

  it('writes no name into a cursor', async () => {
    const { meta } = await ask(looking(account), { limit: 1 }, seen);
    expect(Buffer.from(meta.next_cursor!, 'base64url').toString('latin1')).not.toContain('Ada');
  });

  it('refuses a cursor of another question or account, and what is none', async () => {
    const { meta } = await ask(looking(account), { limit: 1 }, seen);
    const cursor = encodeURIComponent(meta.next_cursor!);
    const refused = [
      await service().call('GET', `/directory?q=ada&cursor=${cursor}`, looking(account)),
      await service().call('GET', `/directory?cursor=${cursor}`, signedIn()),
      await service().call('GET', '/directory?cursor=AAAA', looking(account)),
    ];
    expect(refused.map(({ status, json }) => [status, json.code])).toEqual(Array(3).fill([400, 'cursor-invalid']));
  });

  it.each([
    ['q=', 'q'],
    ['q=%20', 'q'],
    [`q=${'a'.repeat(101)}`, 'q'],
    ['q=a%0Ab', 'q'],
    ['q=a%7F', 'q'],
    ['limit=0', 'limit'],
    ['limit=51', 'limit'],
    ['q=a&q=b', 'q'],
    ['page=2', 'page'],
  ])('refuses %s', async (query, path) => {
    const { status, json } = await service().call('GET', `/directory?${query}`, looking(account));
    expect(status).toBe(400);
    expect(JSON.stringify(json)).toContain(path);
  });

  it('is for people in an account', async () => {
    expect((await service().call('GET', '/directory', null)).status).toBe(401);
  });
});

describe('who is in the directory', () => {
  const everything = { name: 'Ada Lovelace', handle: 'ada', pronouns: 'she' };

  it('is there at once for a reader who waits for the write, by the new name and no more by the old', async () => {
    const { who } = await person(signedIn().account_id!, { name: 'Turn0' });
    for (let turn = 1; turn <= 10; turn++) {
      const put = await service().call('PUT', '/users/profile', who, { body: { name: `Turn${turn} Name${turn}` } });
      expect(names(await ask(who, { q: `name${turn}` }, put.position))).toEqual([`Turn${turn} Name${turn}`]);
      const old = await ask(who, { q: `turn${turn - 1} name${turn - 1}` }, put.position);
      expect(names(old).filter((name) => name !== `Turn${turn} Name${turn}`)).toEqual([]);
    }
  });

  it('is seen as the others see them, by oneself too', async () => {
    const { who } = await person(signedIn().account_id!, everything);
    const change = { body: { fields: { pronouns: 'private', name: 'private' } } };
    const { position } = await service().call('PATCH', '/users/profile/privacy', who, change);
    for (const asker of [who, looking(who.account_id!)]) {
      const { data } = await ask(asker, { q: 'ada' }, position);
      expect(data).toMatchObject([
        { user_id: who.user_id, handle: 'ada', name: null, pronouns: null, avatar: null, verified: null },
      ]);
      expect((await ask(asker, { q: 'lovelace' }, position)).data).toEqual([]);
    }
  });

  it.each([
    ['does not want to be found', { searchable: false }],
    ['hides name and handle', { fields: { name: 'private', handle: 'private' } }],
  ])('is nobody who %s: not by any question, not in the list', async (_what, body) => {
    const { who } = await person(signedIn().account_id!, everything);
    const { position, status } = await service().call('PATCH', '/users/profile/privacy', who, { body });
    expect(status).toBe(200);
    for (const asker of [who, looking(who.account_id!)]) {
      for (const query of [{}, { q: 'ada' }, { q: '@ada' }, { q: 'lovelase' }, { q: 'l' }, { q: 'ada lovelace' }]) {
        const nobody = { data: [], meta: { limit: 20, has_next_page: false, next_cursor: null } };
        expect(await ask(asker, query as Record<string, string>, position)).toEqual(nobody);
      }
    }
  });

  it('is nobody who left or is disabled, until they are back', async () => {
    const { who } = await person(signedIn().account_id!, everything);
    const asker = looking(who.account_id!);
    const [everybody, by] = [{}, { q: 'lovelace' }];
    const gone = await service().leave(who);
    expect([names(await ask(asker, everybody, gone)), names(await ask(asker, by, gone))]).toEqual([[], []]);
    const back = await service().join(who);
    expect(names(await ask(asker, by, back))).toEqual(['Ada Lovelace']);
    const disabled = await stands(who, 'UserDisabled', { status: 'disabled', reason: null });
    for (const q of [everybody, by, { q: '@ada' }, { q: 'lovelase' }, { q: 'ada lov' }]) {
      expect(names(await ask(asker, q as Record<string, string>, disabled))).toEqual([]);
    }
    const enabled = await stands(who, 'UserEnabled', { status: 'active' });
    expect(names(await ask(asker, by, enabled))).toEqual(['Ada Lovelace']);
  });

  it('is in one account and not in another, the same person or not', async () => {
    const { who, seen } = await person(signedIn().account_id!, everything);
    const there = await person(signedIn().account_id!, { name: 'Somebody Else', handle: 'ada' }, who.user_id!);
    const both = `${seen},${there.seen}`;
    for (const q of ['lovelace', 'lovelase', 'ada', 'ada lov']) {
      const { data } = await ask(there.who, { q }, both);
      expect(data.filter(({ name }) => name !== 'Somebody Else')).toEqual([]);
    }
    expect(names(await ask(there.who, {}, both))).toEqual(['Somebody Else']);
    expect(names(await ask(who, {}, both))).toEqual(['Ada Lovelace']);
  });
});

/** What identity would have written about a person. @returns `x-position` of it */
async function stands(who: CurrentUserContext, type: string, data: object): Promise<string> {
  const outcome = await service().stores.store.execute(
    { category: 'user', initial: null, evolve: () => null },
    who.user_id!,
    {
      ...{ id: crypto.randomUUID(), context: who, now: new Date().toISOString() },
      decide: () => [{ type, data: { user_id: who.user_id, ...data } }],
    },
  );
  const { commit, prepare } = outcome.position!;
  return `${commit}-${prepare}@user`;
}
