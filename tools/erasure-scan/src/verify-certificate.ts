import { readFileSync } from 'node:fs';
import { ErasureCertificate } from '@annals/contracts';
import { openNote, parseVerifier } from '@annals/ledger';

/**
 * What a certificate says, when one of the keys signed it. Nothing but the file and the key is needed.
 * @param keys lines `name+id+key`
 * @throws Error when it cannot be read, or a key is none
 */
export function verifyCertificate(file: string, keys: readonly string[]): ErasureCertificate | null {
  if (keys.length === 0) throw new Error('Name the key that signs, as --key name+id+key');
  const text = openNote(readFileSync(file, 'utf8'), keys.map(parseVerifier));
  return text === null ? null : ErasureCertificate.parse(JSON.parse(text));
}
