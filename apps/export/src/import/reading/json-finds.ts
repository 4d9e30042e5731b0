import { valueBuilder } from './build-value.js';
import { type JsonToken, jsonTokens } from './json-tokens.js';
import { type PartReading, partReading, type ReadPart } from './part-reading.js';
import { quoted, refusedFile } from './refused-file.js';

/** What a JSON file holds, in the order of the file. */
export type JsonFind =
  /** One of a plain list, a line of NDJSON, or the only value. */
  | { kind: 'plain'; value: unknown }
  | { kind: 'manifest'; value: unknown }
  /** Of a part that is wanted. */
  | { kind: 'item'; part: string; value: unknown }
  | ({ kind: 'part'; part: string } & ReadPart);

type Take = (token: JsonToken) => JsonFind[];

/**
 * Tells an exported document from a plain list and from lines, and reads each in flat memory.
 * @throws Problem 422 as `jsonTokens` and `valueBuilder` do; `json-shape-unknown`
 */
export async function* jsonFinds(text: AsyncIterable<string>, wanted: ReadonlySet<string>): AsyncIterable<JsonFind> {
  const take = finder(wanted);
  for await (const token of jsonTokens(text)) yield* take(token);
}

function finder(wanted: ReadonlySet<string>): Take {
  let state: Take = beginning;
  const seen = new Set<string>();

  function beginning(token: JsonToken): JsonFind[] {
    if (token.name === 'startArray') state = list();
    else if (token.name === 'startObject') state = begunObject;
    else throw unknownShape();
    return [];
  }

  /** What an object is, its first name tells: a document begins with its manifest or its parts. */
  function begunObject(token: JsonToken): JsonFind[] {
    const isDocument = token.name === 'keyValue' && (token.value === 'manifest' || token.value === 'parts');
    if (isDocument) return (state = inDocument)(token);
    const builder = valueBuilder();
    builder.take({ name: 'startObject' });
    state = (next) => {
      const built = builder.take(next);
      if (!built) return [];
      state = beginning;
      return [{ kind: 'plain', value: built.value }];
    };
    return state(token);
  }

  function list(): Take {
    let builder = valueBuilder();
    let within = false;
    return (token) => {
      if (!within && token.name === 'endArray') {
        state = nothingMore;
        return [];
      }
      within = true;
      const built = builder.take(token);
      if (!built) return [];
      [builder, within] = [valueBuilder(), false];
      return [{ kind: 'plain', value: built.value }];
    };
  }

  function inDocument(token: JsonToken): JsonFind[] {
    if (token.name !== 'keyValue') state = nothingMore;
    else if (once(token.value) === 'manifest') state = manifest();
    else if (token.value === 'parts') state = atParts;
    else throw refusedFile('json-shape-unknown', `An exported document holds no ${quoted(token.value)}`);
    return [];
  }

  function manifest(): Take {
    const builder = valueBuilder();
    return (token) => {
      const built = builder.take(token);
      if (!built) return [];
      state = inDocument;
      return [{ kind: 'manifest', value: built.value }];
    };
  }

  function atParts(token: JsonToken): JsonFind[] {
    if (token.name !== 'startObject') throw unknownShape();
    state = betweenParts;
    return [];
  }

  function betweenParts(token: JsonToken): JsonFind[] {
    state = token.name === 'keyValue' ? inPart(token.value, partReading(wanted.has(token.value))) : inDocument;
    if (token.name === 'keyValue') once(`parts.${token.value}`);
    return [];
  }

  function inPart(part: string, reading: PartReading): Take {
    return (token) => {
      const { item, ended } = reading.take(token);
      if (ended) state = betweenParts;
      return [
        ...(item ? [{ kind: 'item' as const, part, value: item.value }] : []),
        ...(ended ? [{ kind: 'part' as const, part, ...ended }] : []),
      ];
    };
  }

  function nothingMore(): JsonFind[] {
    throw refusedFile('json-malformed', 'After the end of the value there is more');
  }

  function once(name: string): string {
    if (seen.has(name)) throw refusedFile('key-duplicate', `An object has two values named ${quoted(name)}`);
    seen.add(name);
    return name;
  }

  return (token) => state(token);
}

const unknownShape = () =>
  refusedFile('json-shape-unknown', 'Send an exported document, a list of objects, or an object on each line');
