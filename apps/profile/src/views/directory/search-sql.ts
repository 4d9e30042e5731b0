import { projectionSchema } from '@annals/postgres';
import { directory } from './projection.js';

export const schema = projectionSchema(directory);
export type Statement = readonly [text: string, values: unknown[]];

/** Words that count as one that was asked: those that begin so, and some more. */
export interface Matching {
  readonly text: string;
  readonly similar: readonly string[];
}

/** A matching, and how many rows of words it has, counted up to `mostRows`. */
export interface Counted extends Matching {
  readonly rows: number;
}

/** People whom nobody keeps out; a condition on `w.account_id` and `w.user_id`. */
export const present = `not exists (select from ${schema}.away a where a.user_id = w.user_id)
  and not exists (select from ${schema}.restricted r where r.account_id = $1 and r.user_id = w.user_id)`;

/** Rows of one word that are gone through for a question of several words, at most. */
const mostRows = 5_000;
/** As many, when each person is looked at for a word that more people than that have. */
const mostLookedAt = 1_000;
/** Words with the same spelling that are looked at: a slip is one of a few, and not one of thousands. */
const mostSpelled = 500;

/** People with one of some words, in the order of these and then of the alphabet. */
export function amongWords(asked: { accountId: string; count: number; words: readonly string[] }): Statement {
  const text = `
    select w.user_id from unnest($2::text[]) with ordinality asked(word, place)
    cross join lateral (
      select w.user_id, w.sort_key from ${schema}.words w
      where w.account_id = $1 and w.word = asked.word and ${present}
      order by w.sort_key, w.user_id limit $3
    ) w
    order by asked.place, w.sort_key, w.user_id limit $3`;
  return [text, [asked.accountId, asked.words, asked.count]];
}

/** People with a word that begins so, in the order of these words and then of the alphabet, each by the first of theirs. */
export function beginningWith(asked: { accountId: string; count: number; text: string }): Statement {
  const text = `
    select w.user_id from ${schema}.words w
    where w.account_id = $1 and w.word >= $2 and w.word < $3 and ${present}
    and not exists (
      select from ${schema}.words b
      where b.account_id = $1 and b.user_id = w.user_id and b.word >= $2 and b.word < w.word)
    order by w.word, w.sort_key, w.user_id limit $4`;
  return [text, [asked.accountId, ...rangeOf(asked.text), asked.count]];
}

/**
 * People with a word for each matching. Goes through those of the first. For another one that is rare too its people are
 * gathered; for a common one each person's own words are looked at. Who has the first word as it was asked comes before
 * who nearly has it.
 */
export function amongPeople(among: { accountId: string; count: number }, matchings: readonly Counted[]): Statement {
  const values: unknown[] = [among.accountId, among.count];
  const [first, ...others] = matchings.map(({ text, similar, rows }) => {
    values.push(...rangeOf(text), similar);
    const [from, before, words] = [values.length - 2, values.length - 1, values.length];
    return {
      rare: rows < mostRows,
      begins: `account_id = $1 and word >= $${from} and word < $${before}`,
      resembles: `account_id = $1 and word = any($${words}::text[])`,
      place: `array_position($${words}::text[], word)`,
    };
  });
  // Coalesced, for else it becomes a join, whose size nobody can guess: this one is gathered once, into a hash table.
  const has = ({ rare, begins, resembles }: NonNullable<typeof first>) =>
    rare
      ? `coalesce(w.user_id in (select user_id from ${schema}.words where ${begins}
           union all select user_id from ${schema}.words where ${resembles}), false)`
      : `exists (select from ${schema}.words where user_id = w.user_id and (${begins} or ${resembles}))`;
  const most = others.every(({ rare }) => rare) ? mostRows : mostLookedAt;
  const text = `
    select w.user_id from (
      (select user_id, sort_key, 0 as place from ${schema}.words
       where ${first!.begins} order by word, sort_key, user_id limit ${most})
      union all
      (select user_id, sort_key, ${first!.place} from ${schema}.words where ${first!.resembles} limit ${most})
    ) w
    where ${[present, ...others.map(has)].join('\n    and ')}
    group by w.user_id order by min(w.place), min(w.sort_key), w.user_id limit $2`;
  return [text, values];
}

/** How many rows a matching has, as far as it matters. */
export function countOf(accountId: string, { text: asked, similar }: Matching): Statement {
  const text = `
    select count(*)::int as rows from (
      (select from ${schema}.words where account_id = $1 and word >= $2 and word < $3 limit ${mostRows})
      union all
      (select from ${schema}.words where account_id = $1 and word = any($4::text[]) limit ${mostRows})
    ) matched`;
  return [text, [accountId, ...rangeOf(asked), similar]];
}

/** Words that share a spelling with what was typed. */
export function wordsSpelled(accountId: string, typed: readonly string[]): Statement {
  const text = `
    select word from ${schema}.spellings
    where account_id = $1 and spelling = any($2::text[])
    group by word order by length(word), word limit ${mostSpelled}`;
  return [text, [accountId, typed]];
}

/** Bounds between which, in code point order, the words lie that begin with a text. */
const rangeOf = (text: string): readonly [from: string, before: string] => [text, `${text}\u{10ffff}`];
