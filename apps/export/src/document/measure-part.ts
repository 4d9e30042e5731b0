import { createHash } from 'node:crypto';
import type { Section } from '../section/section.js';

export interface PartMeasure {
  items: number;
  /** Of `JSON.stringify` of the whole part, in UTF-8; so is the hash. */
  bytes: number;
  sha256: string;
}

export interface PartMeasuring {
  readonly items: number;
  readonly bytes: number;
  add(json: Buffer): void;
  end(): PartMeasure;
}

/** Counts and hashes a part as it stands in the document, item by item. A part of one object that is not there is `null`. */
export function measurePart(kind: Section['kind']): PartMeasuring {
  const hash = createHash('sha256');
  let [items, bytes] = [0, 0];
  const take = (text: string | Buffer) => {
    hash.update(text);
    bytes += text.length;
  };
  return {
    get items() {
      return items;
    },
    get bytes() {
      return bytes;
    },
    add(json) {
      if (kind === 'many') take(items === 0 ? '[' : ',');
      else if (items > 0) throw new Error('a part of one object has two');
      take(json);
      items++;
    },
    end() {
      if (kind === 'many') take(items === 0 ? '[]' : ']');
      else if (items === 0) take('null');
      return { items, bytes, sha256: hash.digest('hex') };
    },
  };
}
