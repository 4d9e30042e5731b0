import { createClient } from '@annals/client';
import { listAccountsRoute } from '@annals/contracts';
import { createPool } from '@annals/postgres';
import { request } from 'undici';
import { signInAs } from './sign-in-speed.js';

const members = 100_000;
const times = 100;
const lastPage = 400;

/** Names as a big company has them: some are common, most are not. Two parts of a name from syllables, in a fixed order. */
const people = `
  select ('018f0000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid as user_id, first, last,
    initcap(first) || ' ' || initcap(last) as name, first || '.' || last || n as handle
  from generate_series(1, $2::int) n,
    lateral (select array['ba','den','ko','li','mar','no','pes','ra','sto','tin','vel','wi','zan','ge','ho','du'] as s) part,
    lateral (select (1000 * power(hashint4(n)::bigint % 1000 / 1000.0, 2))::int as f, abs(hashint4(n * 7)) % 40000 as l) pick,
    lateral (select s[1 + abs(f) % 16] || s[1 + abs(f) / 16 % 16] || s[1 + abs(f) / 256 % 16] as first,
                    s[1 + l % 16] || s[1 + l / 16 % 16] || s[1 + l / 256 % 16] || s[1 + l / 4096 % 16] as last) made`;

/**
 * Puts members into an account's directory as the projection would have left them, with one whom the questions are about.
 * @param url of profile's database, for a role that row-level security does not hold back
 */
async function fillDirectory(url: string, accountId: string): Promise<void> {
  const pool = createPool({ url, applicationName: 'annals-bench', max: 1, statementTimeoutMs: 600_000 });
  const one = (sql: string) => `with people as (${people} union all
    select '018f0000-0000-7000-9000-000000000000', 'ada', 'lovelace', 'Ada Lovelace', 'ada') ${sql}`;
  try {
    const { rows } = await pool.query<{ nspname: string }>(
      `select nspname from pg_namespace where nspname ~ '^directory_v\\d+$' order by length(nspname) desc, nspname desc`,
      [],
    );
    const schema = rows[0]?.nspname;
    if (schema === undefined) throw new Error('profile has no directory');
    const values = [accountId, members];
    await pool.query(
      one(`insert into ${schema}.entries (account_id, user_id, member, state, listed, sort_key)
        select $1, user_id, true, jsonb_build_object('fields', jsonb_build_object('name', name, 'handle', handle),
          'privacy', '{"fields": {}, "updatedAt": null}'::jsonb, 'changedAt', '{}'::jsonb, 'avatar', null, 'badge', null,
          'updatedAt', null), true, name from people`),
      values,
    );
    await pool.query(
      one(`insert into ${schema}.words (account_id, word, sort_key, user_id)
        select distinct $1::uuid, word, name, user_id
        from people, unnest(array[first, last, '@' || handle, translate(handle, '.', '')]) word`),
      values,
    );
    await pool.query(
      `insert into ${schema}.spellings (account_id, spelling, word)
       select distinct account_id, left(b, at - 1) || substr(b, at + 1), word
       from (select distinct account_id, word, left(word, 7) as b from ${schema}.words
             where account_id = $1 and word !~ '[0-9@]') w, generate_series(1, length(b) + 1) at`,
      [accountId],
    );
    // As autovacuum leaves them within a minute.
    for (const table of ['entries', 'words', 'spellings']) await pool.query(`vacuum analyze ${schema}.${table}`);
  } finally {
    await pool.end();
  }
}

interface Page {
  data: { name: string | null }[];
  meta: { next_cursor: string | null };
}

/** Questions to a directory of a hundred thousand through the gateway, taking turns, as a table. */
export async function directoryTable(api: string, profileUrl: string): Promise<string> {
  const { access } = await signInAs(api, 'admin@acme.test');
  const { body: mine } = await createClient({ baseUrl: api, token: access }).call(listAccountsRoute);
  const account = mine.data.find(({ slug }) => slug === 'acme');
  if (!account) throw new Error('the demo account is not there');
  await fillDirectory(profileUrl, account.id);
  const get = async (query: string): Promise<Page> => {
    const { statusCode, body } = await request(`${api}/directory?${query}`, {
      headers: { authorization: `Bearer ${access}` },
    });
    if (statusCode !== 200) throw new Error(`the directory answered ${statusCode}`);
    return (await body.json()) as Page;
  };
  let cursor = '';
  for (let page = 2; page <= lastPage; page++) {
    const { meta } = await get(`limit=50${cursor}`);
    if (meta.next_cursor === null) throw new Error('the directory ended too early');
    cursor = `&cursor=${meta.next_cursor}`;
  }
  const questions: [what: string, query: string][] = [
    ['the alphabet, page 1', 'limit=50'],
    [`the alphabet, page ${lastPage} by cursor`, `limit=50${cursor}`],
    ['this very handle: `@ada`', 'q=%40ada'],
    ['a name: `lovelace`', 'q=lovelace'],
    ['a beginning: `mar`', 'q=mar'],
    ['one letter: `m`', 'q=m'],
    ['a slip: `lovelase`', 'q=lovelase'],
    ['two words: `ada lov`', 'q=ada+lov'],
    ['two common beginnings: `mar li`', 'q=mar+li'],
    ['slips in two words: `aad lovelcae`', 'q=aad+lovelcae'],
    ['nobody: `xqxqxqxq`', 'q=xqxqxqxq'],
  ];
  const taken = questions.map((): number[] => []);
  const found = questions.map(() => 0);
  for (let n = 0; n < times; n++) {
    for (const [index, [, query]] of questions.entries()) {
      const start = performance.now();
      found[index] = (await get(query)).data.length;
      taken[index]?.push(performance.now() - start);
    }
  }
  const rows = questions.map(([what], index) => {
    const sorted = (taken[index] ?? []).sort((a, b) => a - b);
    const at = (share: number) => (sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN).toFixed(1);
    return `| ${what} | ${at(0.5)} | ${at(0.99)} | ${found[index]} |`;
  });
  return [
    `### A directory of ${members.toLocaleString('en')} members, through the gateway`,
    '',
    '| question | p50 ms | p99 ms | found |',
    '|---|---|---|---|',
    ...rows,
  ].join('\n');
}
