import { importLimits } from '@annals/contracts';
import { isTooLarge } from './csv.js';
import type { JsonToken } from './json-tokens.js';
import { quoted, refusedFile } from './refused-file.js';

export interface ValueBuilder {
  /** @returns the value once its last token was taken */
  take(token: JsonToken): { value: unknown } | undefined;
}

type Container = { value: Record<string, unknown> | unknown[]; key: string | undefined; members: number };

/** More than any person's data has. */
const mostMembers = 20_000;

/**
 * Makes one value of its tokens.
 * @throws Problem 422 `cell-too-large`, `too-many-columns`, `key-duplicate`, `item-too-large`
 */
export function valueBuilder(): ValueBuilder {
  const open: Container[] = [];
  let text: string | undefined;
  let members = 0;

  function put(value: unknown): { value: unknown } | undefined {
    const parent = open.at(-1);
    if (!parent) return { value };
    if (++members > mostMembers) throw refusedFile('item-too-large', `An item holds at most ${mostMembers} values`);
    if (Array.isArray(parent.value)) parent.value.push(value);
    else parent.value[parent.key!] = value;
    return undefined;
  }

  function name(key: string): undefined {
    const parent = open.at(-1)!;
    if (Object.hasOwn(parent.value, key)) {
      throw refusedFile('key-duplicate', `An object has two values named ${quoted(key)}`);
    }
    if (++parent.members > importLimits.columns) {
      throw refusedFile('too-many-columns', `An object has at most ${importLimits.columns} values`);
    }
    parent.key = key;
    return undefined;
  }

  function add(piece: string): undefined {
    text += piece;
    if (isTooLarge(text!)) {
      throw refusedFile('cell-too-large', `A text is larger than ${importLimits.cellBytes} bytes`);
    }
    return undefined;
  }

  return {
    take(token) {
      switch (token.name) {
        case 'startObject':
          open.push({ value: {}, key: undefined, members: 0 });
          return undefined;
        case 'startArray':
          open.push({ value: [], key: undefined, members: 0 });
          return undefined;
        case 'endObject':
        case 'endArray':
          return put(open.pop()!.value);
        case 'startString':
          text = '';
          return undefined;
        case 'endString':
          return put(text);
        case 'stringChunk':
          return add(token.value);
        case 'keyValue':
          return name(token.value);
        case 'numberValue':
          return put(Number(token.value));
        default:
          return put(token.value);
      }
    },
  };
}
