import { handleWord } from './entry.js';
import { askedWords } from './words.js';

/** What a question comes to. */
export interface Question {
  /** The handle it may be, and whether it says so by `@`. */
  readonly handle: string | null;
  readonly amongHandles: boolean;
  /** What words must begin with, or nearly so; each for itself. */
  readonly words: readonly string[];
}

/** Words of a question that count; nobody has more. */
const mostAsked = 6;

/** Reads a question. A word that begins another one says nothing more; without a letter or digit nothing is asked. */
export function readQuestion(q: string): Question {
  const amongHandles = q.startsWith('@');
  const text = amongHandles ? q.slice(1) : q;
  const words = askedWords(text);
  const telling = words.filter((word) => !words.some((other) => other !== word && other.startsWith(word)));
  return {
    handle: /^[a-z0-9._-]{1,30}$/i.test(text) ? handleWord(text) : null,
    amongHandles,
    words: telling.slice(0, mostAsked),
  };
}
