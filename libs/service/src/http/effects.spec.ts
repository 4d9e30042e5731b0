import { personIdentity } from '@annals/auth';
import { Problem, route } from '@annals/contracts';
import type { Effects } from '@annals/event-store';
import { z } from 'zod';
import { mount, type Reply } from './mount.js';
import { startTestApp, type TestApp } from './test-app.js';

const things = {
  path: '/things',
  owner: 'profile',
  tag: 'Things',
  summary: 'things',
  access: { kind: 'self' },
  responses: { 200: z.object({}) },
} as const;
const ann = personIdentity({
  user_id: '0190a000-0000-7000-8000-000000000001',
  session_id: '0190a000-0000-7000-8000-000000000002',
});

let app: TestApp;
let reply: () => Promise<Reply>;
let wrote: boolean;
let watched: string[];
let open: number;

const effects: Pick<Effects, 'watch'> = {
  watch(transactionId) {
    watched.push(transactionId);
    open += 1;
    return { happened: () => wrote, end: () => void (open -= 1) };
  },
};

beforeAll(async () => {
  app = await startTestApp({
    routes: [
      mount(route('listThings', { method: 'GET', ...things }), () => reply()),
      mount(route('makeThing', { method: 'POST', ...things }), () => reply()),
    ],
    effects,
  });
});
afterAll(() => app.close());
beforeEach(() => {
  reply = async () => ({ status: 200, body: {} });
  [wrote, watched, open] = [false, [], 0];
});

const effectOf = async (method: string) => {
  const { headers } = await app.call(method, '/api/v1/things', { as: ann, headers: { 'x-transaction-id': 't1' } });
  return headers['x-annals-effect'];
};

describe('an answer to a command', () => {
  it('says when no event of its transaction was written', async () => {
    expect(await effectOf('POST')).toBe('none');
    expect([watched, open]).toEqual([['t1'], 0]);
  });

  it('says nothing when there was one', async () => {
    wrote = true;
    expect(await effectOf('POST')).toBeUndefined();
  });

  it('says nothing when it repeats what was done before', async () => {
    reply = async () => ({ status: 200, body: {}, replayed: true });
    expect(await effectOf('POST')).toBeUndefined();
  });

  it('that refuses says nothing, and nobody goes on watching', async () => {
    reply = () => Promise.reject(new Problem(409, 'taken', 'It is taken'));
    expect([await effectOf('POST'), open]).toEqual([undefined, 0]);
  });
});

it('a read is not watched', async () => {
  expect([await effectOf('GET'), watched]).toEqual([undefined, []]);
});
