import { headers, type ProblemBody } from '@annals/contracts';
import { acme, member, startEdge, userId, type EdgeUnderTest } from '../testing/edge-under-test.js';

const other = '0190a000-0000-7000-8000-0000000000cc';
const big = { data: 'x'.repeat(2_000_000) };

let edge: EdgeUnderTest;
let closed: Promise<void> | undefined;
const close = () => (closed ??= edge.close());
beforeEach(async () => {
  closed = undefined;
  edge = await startEdge();
  edge.behind.contextOf = () => ({
    status: 200,
    body: member({ role: 'ADMIN', roles: ['ADMIN'], permissions: ['VIEW_AUDIT_LOG', 'MANAGE_ROLES'] }),
  });
});
afterEach(close);

const facts = () => edge.behind.batches.flat().map(({ fact }) => fact);
const read = (over: object) => ({
  type: 'PersonalDataRead',
  data: {
    ...{
      account_id: acme,
      user_id: userId,
      principal: null,
      method: 'GET',
      subject_id: null,
      thing_id: null,
      times: 1,
    },
    ...over,
  },
});

describe('reading about others', () => {
  it.each([
    ['a person', `/users/${other}`, { route: '/users/{id}', operation: 'getUser', subject_id: other }],
    [
      'a person by an id in capitals',
      `/users/${other.toUpperCase()}/roles`,
      { route: '/users/{user_id}/roles', operation: 'listHeldRoles', subject_id: other },
    ],
    ['many people', '/users?q=ada', { route: '/users', operation: 'listUsers' }],
  ])('is recorded before the answer: of %s', async (_name, path, data) => {
    const answer = await edge.ask(path);
    expect([answer.status, await answer.json(), facts()]).toEqual([200, { ok: true }, [read(data)]]);
  });

  it('holds the whole answer back until then, and passes all of it on', async () => {
    edge.behind.answer = { status: 200, body: big };
    let mayTake: (status: number) => void = () => undefined;
    const asked = new Promise<void>((seen) => {
      edge.behind.takeConductLater = () => {
        seen();
        return new Promise((resolve) => (mayTake = resolve));
      };
    });
    let isOut = false;
    const answer = edge.ask('/users').then((given) => {
      isOut = true;
      return given;
    });
    await asked;
    expect(isOut).toBe(false);
    mayTake(204);
    expect(await (await answer).json()).toEqual(big);
  });

  it.each([
    ['identity says nothing', () => undefined],
    ['identity will not have it', () => 400],
  ])('is refused when %s, and shows nothing', async (_name, takeConduct) => {
    edge.behind.answer = { status: 200, body: big };
    edge.behind.takeConduct = takeConduct;
    const answer = await edge.ask('/users');
    const { code } = (await answer.json()) as ProblemBody;
    expect([answer.status, code, answer.headers.get('retry-after')]).toEqual([503, 'audit-unavailable', '1']);
  });

  it('is possible again when it can be recorded again', async () => {
    edge.behind.takeConduct = () => 400;
    expect((await edge.ask('/users')).status).toBe(503);
    edge.behind.takeConduct = () => 204;
    expect((await edge.ask('/users')).status).toBe(200);
    expect(facts()).toHaveLength(2);
  });

  it('again and again is told once, then as a number', async () => {
    for (let n = 0; n < 4; n++) expect((await edge.ask(`/users?page=${n + 1}`)).status).toBe(200);
    expect(facts()).toEqual([read({ route: '/users', operation: 'listUsers' })]);
    await close();
    expect(facts()[1]).toEqual(read({ route: '/users', operation: 'listUsers', times: 3 }));
  });

  it('of one person after another is told each time', async () => {
    const people = Array.from({ length: 80 }, (_, n) => other.slice(0, -2) + (n + 10));
    for (const id of people) await edge.ask(`/users/${id}`);
    expect(new Set(facts().map(({ data }) => ('subject_id' in data ? data.subject_id : null)))).toEqual(
      new Set(people),
    );
  });
});

describe('no entry is made of reading', () => {
  it.each([
    ['about oneself', `/users/${userId}`],
    ['one’s own sessions', '/users/sessions'],
    ['one’s own profile', '/users/profile'],
  ])('%s', async (_name, path) => {
    expect((await edge.ask(path)).status).toBe(200);
    expect(facts()).toEqual([]);
  });

  it('what is not there, or not shown', async () => {
    edge.behind.answer = { status: 404, body: { code: 'user-not-found' } };
    await edge.ask(`/users/${other}`);
    edge.behind.answer = { status: 200, body: { ok: true } };
    await edge.ask('/users', { method: 'HEAD' });
    expect(facts()).toEqual([]);
  });
});

it('a client that goes away while its reading is recorded leaves the edge as it was', async () => {
  edge.behind.answer = { status: 200, body: big };
  const gone = new AbortController();
  edge.behind.takeConductLater = () => {
    gone.abort();
    return new Promise((resolve) => setImmediate(() => resolve(204)));
  };
  await expect(
    fetch(`${edge.url}/users`, { headers: { authorization: `Bearer ${edge.token}` }, signal: gone.signal }),
  ).rejects.toThrow();
  edge.behind.takeConductLater = undefined;
  const answer = await edge.ask(`/users/${other}`);
  expect([answer.status, answer.headers.get(headers.effect)]).toEqual([200, null]);
});
