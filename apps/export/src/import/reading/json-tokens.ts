import { jsonParser, type parser } from 'stream-json/core/parser.js';
import { none } from 'stream-chain/core';
import { importLimits } from '@annals/contracts';
import { refusedFile } from './refused-file.js';

/** A mark or a value of JSON, in the order of the file. A long text comes in pieces, so that none fills the memory. */
export type JsonToken =
  | { name: 'startObject' | 'endObject' | 'startArray' | 'endArray' | 'startString' | 'endString' }
  | { name: 'keyValue' | 'stringChunk' | 'numberValue'; value: string }
  | { name: 'nullValue' | 'trueValue' | 'falseValue'; value: boolean | null };

const ignored = new Set(['startKey', 'endKey', 'startNumber', 'endNumber', 'numberChunk', 'whitespace']);
const longestKey = 200;
const longestNumber = 32;
const forbiddenKeys = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * The tokens of a text that holds one value, or one after the other as NDJSON does; none deeper than the limit.
 * @throws Problem 422 `json-malformed`, `json-too-deep`, `key-forbidden`, `key-too-long`, `number-too-large`
 */
export async function* jsonTokens(text: AsyncIterable<string>): AsyncIterable<JsonToken> {
  const parse = jsonParser({ packStrings: false, streamKeys: false, streamNumbers: false, jsonStreaming: true });
  let depth = 0;
  const feed = function* (piece: string | typeof none): Generator<JsonToken> {
    for (const token of tokensOf(parse, piece)) {
      if (ignored.has(token.name)) continue;
      if (token.name === 'startObject' || token.name === 'startArray') depth++;
      if (token.name === 'endObject' || token.name === 'endArray') depth--;
      requireSound(token as JsonToken, depth);
      yield token as JsonToken;
    }
  };
  for await (const piece of text) yield* feed(piece);
  yield* feed(none);
  if (depth > 0) throw refusedFile('json-malformed', 'The file ends in the middle of a value');
}

function tokensOf(parse: ReturnType<typeof jsonParser>, piece: string | typeof none): readonly parser.Token[] {
  try {
    const found = parse(piece as string);
    return typeof found === 'symbol' ? [] : found.values;
  } catch (error) {
    throw refusedFile('json-malformed', 'The file is not JSON up to its end (RFC 8259)', error);
  }
}

function requireSound(token: JsonToken, depth: number): void {
  if (depth > importLimits.depth) {
    throw refusedFile('json-too-deep', `Values stand in one another at most ${importLimits.depth} deep`);
  }
  if (token.name === 'keyValue') {
    if (forbiddenKeys.has(token.value)) throw refusedFile('key-forbidden', `No value is named "${token.value}"`);
    if (token.value.length > longestKey) {
      throw refusedFile('key-too-long', `Names of values have at most ${longestKey} characters`);
    }
  }
  if (token.name === 'numberValue' && !isSound(token.value)) {
    throw refusedFile('number-too-large', 'A number is larger, or has more digits, than can be kept exactly');
  }
}

function isSound(number: string): boolean {
  if (number.length > longestNumber) return false;
  const value = Number(number);
  return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
}
