import type { EvidenceType } from '@annals/contracts';

const ascii = (text: string) => Buffer.from(text, 'latin1');

/** First bytes of each kind: ISO 32000-2 §7.5.2, ISO 10918-1 B.1.1.3, W3C PNG §5.2, and RIFF of WebP (RFC 9649 §2.3). */
const beginnings: readonly (readonly [type: EvidenceType, at: number, bytes: Buffer])[] = [
  ['application/pdf', 0, ascii('%PDF-')],
  ['image/jpeg', 0, Buffer.from([0xff, 0xd8, 0xff])],
  ['image/png', 0, Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])],
  ['image/webp', 8, ascii('WEBP')],
];

/** What a document is by its content; null when it is nothing that is taken. */
export function evidenceTypeOf(content: Buffer): EvidenceType | null {
  const begins = (at: number, bytes: Buffer) => content.subarray(at, at + bytes.length).equals(bytes);
  const [type = null] = beginnings.find(([, at, bytes]) => begins(at, bytes)) ?? [];
  return type === 'image/webp' && !begins(0, ascii('RIFF')) ? null : type;
}
