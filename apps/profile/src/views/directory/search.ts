import type { Tx } from '@annals/postgres';
import type { Question } from './question.js';
import {
  amongPeople,
  amongWords,
  beginningWith,
  countOf,
  type Matching,
  type Statement,
  wordsSpelled,
} from './search-sql.js';
import { forgiven, slips, spellings } from './spelling.js';

/** Words taken for what was typed, at most: those with the fewest slips. */
const mostSimilar = 20;

/**
 * People of the account whom a question finds, best first: of this very handle, then of handles that begin so (asked
 * with `@`), then with words that begin with what is asked, then with words a slip or two away. Each kind is asked for
 * only as far as those before leave room, and reads no more than it needs.
 * @param count people at most
 * @returns ids, each once
 */
export async function search(tx: Tx, accountId: string, question: Question, count: number): Promise<string[]> {
  const found = new Set<string>();
  for (const kind of [byHandle, byBeginnings, bySlips]) {
    if (found.size >= count) break;
    // Some of those found now may be known already.
    await kind({ tx, accountId, question, count: count + found.size, found });
  }
  return [...found].slice(0, count);
}

interface Search {
  tx: Tx;
  accountId: string;
  question: Question;
  count: number;
  found: Set<string>;
}

async function take({ tx, found }: Search, [text, values]: Statement): Promise<void> {
  for (const { user_id } of (await tx.query<{ user_id: string }>(text, values)).rows) found.add(user_id);
}

async function byHandle(asked: Search): Promise<void> {
  const { handle, amongHandles } = asked.question;
  if (handle === null) return;
  await take(asked, amongWords({ ...asked, words: [handle] }));
  if (amongHandles) await take(asked, beginningWith({ ...asked, text: handle }));
}

async function byBeginnings(asked: Search): Promise<void> {
  const [only, ...more] = asked.question.words;
  if (only === undefined) return;
  if (more.length === 0) await take(asked, beginningWith({ ...asked, text: only }));
  else
    await byAllOf(
      asked,
      [only, ...more].map((text) => ({ text, similar: [] })),
    );
}

async function bySlips(asked: Search): Promise<void> {
  const { words } = asked.question;
  const matchings = await Promise.all(words.map(async (text) => ({ text, similar: await similarTo(asked, text) })));
  const [only, ...more] = matchings.filter(({ similar }) => similar.length > 0);
  if (only === undefined) return;
  if (words.length === 1 && more.length === 0) await take(asked, amongWords({ ...asked, words: only.similar }));
  else await byAllOf(asked, matchings);
}

/** The word that the fewest people have leads, and they are asked for the others. */
async function byAllOf(asked: Search, matchings: readonly Matching[]): Promise<void> {
  const counted = await Promise.all(
    matchings.map(async (matching) => {
      const { rows } = await asked.tx.query<{ rows: number }>(...countOf(asked.accountId, matching));
      return { ...matching, rows: rows[0]!.rows };
    }),
  );
  counted.sort((one, other) => one.rows - other.rows);
  if (counted[0]?.rows === 0) return;
  await take(asked, amongPeople(asked, counted));
}

/** Words of the account that may have been meant, fewest slips first; those that merely begin so are no slips. */
async function similarTo({ tx, accountId }: Search, typed: string): Promise<string[]> {
  const most = forgiven([...typed].length);
  if (most === 0) return [];
  const { rows } = await tx.query<{ word: string }>(...wordsSpelled(accountId, spellings(typed)));
  return rows
    .map(({ word }) => ({ word, ...slips(typed, word) }))
    .filter(({ word, beginning }) => beginning <= most && !word.startsWith(typed))
    .sort(
      (one, other) => one.beginning - other.beginning || one.whole - other.whole || (one.word < other.word ? -1 : 1),
    )
    .slice(0, mostSimilar)
    .map(({ word }) => word);
}
