import type { Needle } from './needles.js';

/** Forms that are in the bytes. */
export const formsIn = (needles: readonly Needle[], bytes: Buffer): string[] => [
  ...new Set(needles.filter((needle) => bytes.includes(needle.bytes)).map(({ form }) => form)),
];

/** Forms that are in a stream of bytes, also across its pieces, with flat memory. */
export async function formsInStream(
  needles: readonly Needle[],
  stream: AsyncIterable<Buffer>,
  counted: (bytes: number) => void,
): Promise<string[]> {
  const overlap = Math.max(0, ...needles.map(({ bytes }) => bytes.length)) - 1;
  const found = new Set<string>();
  let tail: Buffer = Buffer.alloc(0);
  for await (const piece of stream) {
    counted(piece.length);
    const bytes = Buffer.concat([tail, piece]);
    for (const form of formsIn(needles, bytes)) found.add(form);
    tail = bytes.subarray(Math.max(0, bytes.length - overlap));
  }
  return [...found];
}
