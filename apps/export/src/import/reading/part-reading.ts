import { createHash } from 'node:crypto';
import { valueBuilder } from './build-value.js';
import { compactText } from './compact-text.js';
import type { JsonToken } from './json-tokens.js';

export interface ReadPart {
  items: number;
  sha256: string;
}

export interface PartReading {
  /** @returns an item once it is whole, where items are wanted; `ended` with the last token of the part */
  take(token: JsonToken): { item?: { value: unknown }; ended?: ReadPart };
}

const opens = (token: JsonToken) => token.name === 'startObject' || token.name === 'startArray';
const closes = (token: JsonToken) => token.name === 'endObject' || token.name === 'endArray';
/** A text is over with its end; the rest of a value is one token, or ends with a mark. */
const endsValue = (token: JsonToken) =>
  closes(token) || ['endString', 'numberValue', 'trueValue', 'falseValue', 'nullValue'].includes(token.name);

/**
 * Reads one part of an exported document: counts its items and takes its hash, as its manifest has them, and hands its items
 * over one at a time when they are wanted.
 */
export function partReading(isWanted: boolean): PartReading {
  const hash = createHash('sha256');
  const write = compactText();
  let builder = valueBuilder();
  let depth = 0;
  let items = 0;
  let isList: boolean | undefined;

  function build(token: JsonToken): { value: unknown } | undefined {
    const built = isWanted ? builder.take(token) : undefined;
    if (built) builder = valueBuilder();
    return built;
  }

  return {
    take(token) {
      hash.update(write(token));
      const isMark = isList === undefined && token.name === 'startArray';
      isList ??= token.name === 'startArray';
      if (closes(token)) depth--;
      const isEnd = depth === 0 && endsValue(token);
      const ofItem = !(isMark || (isList && isEnd));
      const item = ofItem ? build(token) : undefined;
      if (opens(token)) depth++;
      if (ofItem && depth === (isList ? 1 : 0) && endsValue(token) && token.name !== 'nullValue') items++;
      return {
        ...(item && item.value !== null ? { item } : {}),
        ...(isEnd ? { ended: { items, sha256: hash.digest('hex') } } : {}),
      };
    },
  };
}
