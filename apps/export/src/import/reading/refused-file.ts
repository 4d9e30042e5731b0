import { Problem } from '@annals/contracts';

/** A file that cannot be taken, as it is, for what is asked: another kind of thing than was said. */
export const wrongKind = (code: string, detail: string): Problem => new Problem(415, code, detail);

/** A file that is of the right kind and cannot be read, or holds what none may hold. Nothing of it was applied. */
export const refusedFile = (code: string, detail: string, cause?: unknown): Problem =>
  new Problem(422, code, detail, { cause });

/** A name out of a file, fit to be repeated in a sentence: no line breaks, not endless. */
export function quoted(name: string): string {
  const plain = name.replace(/[\p{Cc}\p{Cs}\p{Cf}]/gu, '').trim();
  return `"${plain.length > 60 ? `${plain.slice(0, 60)}…` : plain}"`;
}
