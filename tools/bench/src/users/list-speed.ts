import { createClient } from '@annals/client';
import { listAccountsRoute } from '@annals/contracts';
import { request } from 'undici';
import { signInAs } from '../sign-in-speed.js';
import { fillPeople } from './fill-people.js';

/** Pages of a long list, each in milliseconds, at half and at 99 of 100 of the times. */
export interface ListSpeed {
  what: string;
  p50: number;
  p99: number;
}

const people = 100_000;
const lastPage = 400;
const times = 200;
const order = 'sort_by=name&sort_order=asc&limit=50';

interface Page {
  meta: { next_cursor: string | null };
}

/**
 * The list of an account of a hundred thousand, through the gateway: the first page and the four hundredth, by number,
 * which counts, and by cursor, which does not. The questions take turns, so that a busy moment hits all alike.
 */
export async function measureUserLists(api: string, identityUrl: string): Promise<ListSpeed[]> {
  const { access } = await signInAs(api, 'admin@acme.test');
  const { body: mine } = await createClient({ baseUrl: api, token: access }).call(listAccountsRoute);
  const account = mine.data.find(({ slug }) => slug === 'acme');
  if (!account) throw new Error('the demo account is not there');
  await fillPeople(identityUrl, account.id, people);
  const get = async (query: string): Promise<Page> => {
    const { statusCode, body } = await request(`${api}/users?${order}&${query}`, {
      headers: { authorization: `Bearer ${access}` },
    });
    if (statusCode !== 200) throw new Error(`a list of people was answered ${statusCode}`);
    return (await body.json()) as Page;
  };
  const cursors: string[] = [];
  for (let page = await get('page=1'); cursors.length < lastPage - 1; page = await get(`cursor=${cursors.at(-1)}`)) {
    if (page.meta.next_cursor === null) throw new Error('the list of people ended too early');
    cursors.push(page.meta.next_cursor);
  }
  const questions: [string, string][] = [
    ['page 1', 'page=1'],
    [`page ${lastPage} by number`, `page=${lastPage}`],
    ['page 2 by cursor', `cursor=${cursors[0]}`],
    [`page ${lastPage} by cursor`, `cursor=${cursors.at(-1)}`],
    ['one person found by the beginning of the address', `q=${'c4ca4238a0b923820dcc509a6f75849b@'}`],
  ];
  const taken = questions.map((): number[] => []);
  for (let n = 0; n < times; n++) {
    for (const [index, [, query]] of questions.entries()) {
      const start = performance.now();
      await get(query);
      taken[index]?.push(performance.now() - start);
    }
  }
  return questions.map(([what], index) => {
    const sorted = (taken[index] ?? []).sort((a, b) => a - b);
    const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
    return { what, p50: at(0.5), p99: at(0.99) };
  });
}

/** The measurement as a table; ratios are to page 1. */
export async function userListTable(api: string, identityUrl: string): Promise<string> {
  const speeds = await measureUserLists(api, identityUrl);
  const first = speeds[0]?.p50 ?? Number.NaN;
  return [
    `### A list of ${people.toLocaleString('en')} people of one account, 50 a page`,
    '',
    '| what | p50 ms | p99 ms | of page 1 |',
    '|---|---|---|---|',
    ...speeds.map(
      ({ what, p50, p99 }) => `| ${what} | ${p50.toFixed(1)} | ${p99.toFixed(1)} | ${(p50 / first).toFixed(2)} × |`,
    ),
  ].join('\n');
}
