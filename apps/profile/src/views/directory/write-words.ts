import type { Tx } from '@annals/postgres';
import { type Entry, listingOf } from './entry.js';
import { spellings } from './spelling.js';

/** One person before and after the events of a batch. */
export interface Change {
  userId: string;
  before: Entry;
  after: Entry;
}

/** What leads from a word to a person. */
type WordRow = readonly [word: string, sortKey: string, userId: string];

const wordRows = (entry: Entry, userId: string): WordRow[] => {
  const { words, sortKey } = listingOf(entry);
  return words.map((word) => [word, sortKey, userId]);
};

const without = (rows: readonly WordRow[], others: readonly WordRow[]): WordRow[] => {
  const known = new Set(others.map((row) => JSON.stringify(row)));
  return rows.filter((row) => !known.has(JSON.stringify(row)));
};

const columns = (rows: readonly WordRow[]): string[][] => [0, 1, 2].map((column) => rows.map((row) => row[column]!));

/** Changes what people are found by, as far as it is another. Sent together, answered in order. */
export function writeWords(tx: Tx, accountId: string, changes: readonly Change[]): Promise<unknown>[] {
  const before = changes.flatMap((one) => wordRows(one.before, one.userId));
  const after = changes.flatMap((one) => wordRows(one.after, one.userId));
  const [gone, come] = [without(before, after), without(after, before)];
  const spelled = [...new Set(come.map(([word]) => word))];
  const unused = [...new Set(gone.map(([word]) => word))].filter((word) => !spelled.includes(word));
  return [
    ...(gone.length > 0 ? [tx.query(deleteWords, [accountId, ...columns(gone)])] : []),
    ...(come.length > 0 ? [tx.query(insertWords, [accountId, ...columns(come)])] : []),
    ...(unused.length > 0 ? [tx.query(deleteSpellings, [accountId, unused])] : []),
    ...(spelled.length > 0 ? [tx.query(insertSpellings, [accountId, ...spellingColumns(spelled)])] : []),
  ];
}

const deleteWords = `
  delete from words w using unnest($2::text[], $3::text[], $4::uuid[]) gone(word, sort_key, user_id)
  where w.account_id = $1 and w.word = gone.word and w.sort_key = gone.sort_key and w.user_id = gone.user_id`;

const insertWords = `
  insert into words (account_id, word, sort_key, user_id)
  select $1, * from unnest($2::text[], $3::text[], $4::uuid[])`;

/** A word has spellings exactly while somebody is found by it. */
const deleteSpellings = `
  delete from spellings s where s.account_id = $1 and s.word = any($2::text[])
  and not exists (select from words w where w.account_id = $1 and w.word = s.word)`;

const insertSpellings = `
  insert into spellings (account_id, spelling, word)
  select $1, * from unnest($2::text[], $3::text[]) on conflict do nothing`;

function spellingColumns(words: readonly string[]): [string[], string[]] {
  // Handles as a whole are found by their words.
  const simple = words.filter((word) => !word.startsWith('@'));
  const made = simple.flatMap((word) => spellings(word).map((spelling) => [spelling, word] as const));
  return [made.map(([spelling]) => spelling), made.map(([, word]) => word)];
}
