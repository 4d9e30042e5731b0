import { type CurrentUserContext, headers } from '@annals/contracts';
import { uuidv7 } from '@annals/event-store';
import { signedIn } from '@annals/testing';
import { ownerOf, streamOf } from '../owner.js';
import { type ProfileService, testProfileService } from '../testing/profile-service.js';
import { profile } from './profile.js';

const service = testProfileService();
const call: ProfileService['call'] = (...asked) => service().call(...asked);
const ask = (method: string, who: CurrentUserContext, body?: unknown, extra = {}) =>
  call(method, '/users/profile', who, { ...(body === undefined ? {} : { body }), ...extra });

const typed = {
  handle: 'Ada.L',
  name: ' Ada Lovelac\u0065\u0301 ',
  pronouns: 'she/her',
  bio: 'Analyst.\r\nCountess.',
  location: 'London',
  website: 'HTTPS://Ada.Example',
  social_links: { github: 'https://github.com/ada', blog: 'https://müller.example' },
  date_of_birth: '1990-12-10',
  phone_number: '+44 (0)20 7123 4567',
  emergency_contact: { name: 'Anne', phone_number: '0044 20 7123 4568' },
};
const kept = {
  ...typed,
  name: 'Ada Lovelac\u00e9',
  bio: 'Analyst.\nCountess.',
  website: 'https://ada.example/',
  social_links: { github: 'https://github.com/ada', blog: 'https://müller.example/' },
  phone_number: '+442071234567',
  emergency_contact: { name: 'Anne', phone_number: '+442071234568', relationship: null },
};
const nothing = Object.fromEntries(Object.keys(typed).map((name) => [name, null]));
const fieldsOf = (json: Record<string, unknown>) => Object.fromEntries(Object.keys(typed).map((n) => [n, json[n]]));

describe('a profile with every field', () => {
  it.each(['PUT', 'PATCH'])('by %s is answered as it is kept, and read back alike', async (method) => {
    const me = signedIn();
    const written = await ask(method, me, typed);
    expect([written.status, written.etag]).toEqual([200, '"0"']);
    expect(fieldsOf(written.json)).toEqual(kept);
    const read = await ask('GET', me, undefined, { at: service().other });
    expect([read.json, read.etag]).toEqual([written.json, '"0"']);
  });

  it.each(['PUT', 'PATCH'])('written again by %s, as it was typed or as it is kept, is no change', async (method) => {
    const me = signedIn();
    await ask('PUT', me, typed);
    expect((await ask(method, me, typed)).etag).toBe('"0"');
    expect((await ask(method, me, kept)).etag).toBe('"0"');
  });

  it.each(Object.keys(typed))('loses %s alone by a patch with null, and nothing by one without', async (name) => {
    const me = signedIn();
    await ask('PUT', me, typed);
    expect(fieldsOf((await ask('PATCH', me, {})).json)).toEqual(kept);
    expect(fieldsOf((await ask('PATCH', me, { [name]: null })).json)).toEqual({ ...kept, [name]: null });
  });

  it('loses what PUT leaves out, and everything by DELETE', async () => {
    const me = signedIn();
    await ask('PUT', me, typed);
    expect(fieldsOf((await ask('PUT', me, { name: 'Ada' })).json)).toEqual({ ...nothing, name: 'Ada' });
    await ask('PUT', me, typed);
    expect((await ask('DELETE', me)).status).toBe(204);
    expect(fieldsOf((await ask('GET', me)).json)).toEqual(nothing);
  });

  it('is patched inside links and the contact, and has no links after the last is gone', async () => {
    const me = signedIn();
    await ask('PUT', me, typed);
    const patch = { social_links: { github: null }, emergency_contact: { relationship: 'sister' } };
    expect((await ask('PATCH', me, patch)).json).toMatchObject({
      social_links: { blog: 'https://müller.example/' },
      emergency_contact: { ...kept.emergency_contact, relationship: 'sister' },
    });
    expect((await ask('PATCH', me, { social_links: { blog: null } })).json.social_links).toBeNull();
  });

  it('is seen at once at another process by who says what they wrote, with every kind of change', async () => {
    const me = signedIn();
    const at = service().other;
    await ask('GET', me, undefined, { at });
    const changes: [string, unknown, Record<string, unknown>][] = [
      ['PUT', typed, kept],
      ['PATCH', { handle: 'countess' }, { ...kept, handle: 'countess' }],
      ['PATCH', { phone_number: null }, { ...kept, handle: 'countess', phone_number: null }],
      ['PUT', { handle: 'ada' }, { ...nothing, handle: 'ada' }],
      ['DELETE', undefined, nothing],
    ];
    for (const [method, body, after] of changes) {
      const { position } = await ask(method, me, body);
      const read = await ask('GET', me, undefined, { at, [headers.minPosition]: position });
      expect(fieldsOf(read.json)).toEqual(after);
    }
  });

  it.each(['PUT', 'PATCH', 'DELETE'])('is not changed by %s over a state that is gone', async (method) => {
    const me = signedIn();
    await ask('PUT', me, typed);
    await ask('PATCH', me, { name: 'Grace' });
    const body = method === 'DELETE' ? undefined : { handle: 'new', name: 'Alan' };
    const { status, json } = await ask(method, me, body, { 'if-match': '"0"' });
    expect([status, json.code]).toEqual([412, 'stale-revision']);
    expect((await ask('GET', me)).json).toMatchObject({ name: 'Grace', handle: 'Ada.L' });
    expect((await ask(method, me, body, { 'if-match': '"1"' })).etag).toBe('"2"');
  });

  it.each(['PUT', 'PATCH', 'DELETE'])('is changed once by %s that is sent many times', async (method) => {
    const me = signedIn();
    await ask('PUT', me, { name: 'Ada', handle: 'ada' });
    const body = method === 'DELETE' ? undefined : { handle: 'countess' };
    const at = [service().one, service().other];
    const key = { 'idempotency-key': 'once' };
    const answers = await Promise.all(at.map((process) => ask(method, me, body, { ...key, at: process })));
    answers.push(await ask(method, me, body, key));
    // Two processes may be at it at once: one of them is told so, and the repetition gets the answer.
    expect(answers.filter(({ status }) => status >= 300).every(({ status }) => status === 409)).toBe(true);
    expect(answers.at(-1)!.headers.get(headers.idempotencyReplayed)).toBe('true');
    const seen = { [headers.minPosition]: answers.at(-1)!.position };
    expect((await ask('GET', me, undefined, seen)).etag).toBe('"1"');
    expect(
      (await ask(method === 'PUT' ? 'PATCH' : 'PUT', me, { name: 'x' }, key)).headers.get(headers.idempotencyReplayed),
    ).toBeNull();
  });

  it('keeps a number that no country would give out today, while nobody touches it', async () => {
    const me = signedIn();
    const data = { ...ownerOf(me), phone_number: '+15550100', updated_at: '2026-01-01T00:00:00.000Z' };
    await service().parts.folds.execute(profile, streamOf(ownerOf(me)), {
      ...{ id: uuidv7(), context: me, now: data.updated_at },
      decide: () => [{ type: 'ProfileUpdated', data }],
    });
    expect((await ask('PATCH', me, { name: 'Ada' })).json).toMatchObject({ phone_number: '+15550100', name: 'Ada' });
    expect((await ask('PUT', me, { phone_number: '+15550100' })).status).toBe(200);
    expect((await ask('PATCH', me, { phone_number: '+15550101' })).json.code).toBe('profile-field-invalid');
  });
});

describe('what is no profile', () => {
  const deep = (levels: number): unknown => (levels === 0 ? 'x' : { name: deep(levels - 1) });

  it.each<[string, unknown, string, number]>([
    ['nested too deep', deep(40), 'body-too-deep', 400],
    ['too large', { bio: 'x'.repeat(110_000) }, 'body-too-large', 413],
    ['a name of the language', JSON.parse('{"__proto__": {"name": "Ada"}}'), 'body-name-refused', 400],
    [
      'such a name further in',
      JSON.parse('{"social_links": {"constructor": "https://a.example/"}}'),
      'body-name-refused',
      400,
    ],
    ['a list', [], 'body-invalid', 400],
    ['a text', 'Ada', 'body-invalid', 400],
    ['nothing at all', null, 'body-invalid', 400],
  ])('%s is refused', async (_, body, code, status) => {
    for (const method of ['PUT', 'PATCH']) {
      const answer = await ask(method, signedIn(), body);
      expect([answer.status, answer.json.code]).toEqual([status, code]);
    }
  });

  it.each<[unknown, string[]]>([
    [{ nickname: 'a', name: 7, bio: [], phone_number: {} }, ['bio', 'name', 'nickname', 'phone_number']],
    [
      { user_id: 'x', account_id: 'y', updated_at: 'z', avatar: null },
      ['account_id', 'avatar', 'updated_at', 'user_id'],
    ],
    [{ social_links: 'https://a.example/' }, ['social_links']],
    [{ social_links: { blog: 7 } }, ['social_links.blog']],
    [
      { emergency_contact: { name: 'Anne', phone_number: '+442071234568', address: 'x' } },
      ['emergency_contact.address'],
    ],
    [{ phone_number: '+999 12345', date_of_birth: '2999-01-01' }, ['date_of_birth', 'phone_number']],
    [{ emergency_contact: { name: 'Anne', phone_number: '+44 1' } }, ['emergency_contact.phone_number']],
    [{ name: 'Ada\u202e' }, ['name']],
    [{ handle: 'admin' }, ['handle']],
  ])('%j is refused by the path of each field, by PUT and by PATCH', async (body, paths) => {
    for (const method of ['PUT', 'PATCH']) {
      const { status, json } = await ask(method, signedIn(), body);
      expect(status).toBe(400);
      expect([...new Set((json.errors as { path: string }[]).map(({ path }) => path))].sort()).toEqual(paths);
      expect(json.message).toEqual(expect.arrayContaining([expect.stringMatching(new RegExp(`^${paths[0]}: `))]));
    }
  });
});
