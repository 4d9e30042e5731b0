import type { Content } from './document.js';

const pieceBytes = 65_536;

/** The JSON document: the manifest first, then the parts, one JSON object (RFC 8259). */
export async function* jsonDocument({ manifest, parts }: Content): AsyncGenerator<Buffer> {
  let waiting: Buffer[] = [];
  let bytes = 0;
  const take = (piece: string | Buffer) => {
    const taken = Buffer.from(piece);
    waiting.push(taken);
    bytes += taken.length;
  };
  take(`{"manifest":${JSON.stringify(manifest)},"parts":{`);
  for (const [at, { part, kind, items_json }] of parts.entries()) {
    take(`${at > 0 ? ',' : ''}${JSON.stringify(part)}:${kind === 'many' ? '[' : ''}`);
    let count = 0;
    for await (const item of items_json()) {
      if (count++ > 0) take(',');
      take(item);
      if (bytes < pieceBytes) continue;
      yield Buffer.concat(waiting, bytes);
      [waiting, bytes] = [[], 0];
    }
    take(kind === 'many' ? ']' : count === 0 ? 'null' : '');
  }
  take('}}\n');
  yield Buffer.concat(waiting, bytes);
}
