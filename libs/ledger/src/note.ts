import { createPublicKey, hash, sign, verify, type KeyObject } from 'node:crypto';

/** Who signs notes: a name as an URL without scheme, and an Ed25519 key. */
export interface NoteSigner {
  name: string;
  privateKey: KeyObject;
}

export interface NoteVerifier {
  name: string;
  /** Raw Ed25519 key, 32 bytes. */
  publicKey: Buffer;
}

/** The kind of signature: Ed25519 over the text. */
const ed25519 = Buffer.of(0x01);
const idBytes = 4;
const rawKeyBytes = 32;
/** A public key in DER (RFC 8410) is this and the raw key. */
const derPrefix = Buffer.from('302a300506032b6570032100', 'hex');

/** The note with its signature line: text, blank line, `— name base64(key id ‖ signature)` (C2SP signed-note). */
export function signNote(text: string, { name, privateKey }: NoteSigner): string {
  if (!text.endsWith('\n')) throw new Error('The text of a note ends with a newline');
  const signature = sign(null, Buffer.from(text, 'utf8'), privateKey);
  const id = keyId(verifierOf({ name, privateKey }));
  return `${text}\n— ${name} ${Buffer.concat([id, signature]).toString('base64')}\n`;
}

/** The text of a note, or null unless one of these keys signed it. Signatures by others are passed over. */
export function openNote(note: string, verifiers: readonly NoteVerifier[]): string | null {
  const split = note.lastIndexOf('\n\n');
  if (split < 0 || !note.endsWith('\n')) return null;
  const text = note.slice(0, split + 1);
  const lines = note.slice(split + 2, -1).split('\n');
  const signed = verifiers.some((verifier) => lines.some((line) => isSignature(line, text, verifier)));
  return signed ? text : null;
}

function isSignature(line: string, text: string, verifier: NoteVerifier): boolean {
  const match = /^— (\S+) ([A-Za-z0-9+/]+={0,2})$/.exec(line);
  if (match?.[1] !== verifier.name) return false;
  const bytes = Buffer.from(match[2]!, 'base64');
  if (!bytes.subarray(0, idBytes).equals(keyId(verifier))) return false;
  const key = createPublicKey({
    key: Buffer.concat([derPrefix, verifier.publicKey]),
    format: 'der',
    type: 'spki',
  });
  return verify(null, Buffer.from(text, 'utf8'), key, bytes.subarray(idBytes));
}

/** What others need to check a signer's notes. */
export function verifierOf({ name, privateKey }: NoteSigner): NoteVerifier {
  const der = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  return { name, publicKey: der.subarray(-rawKeyBytes) };
}

/** A verifier on one line, `name+id+key`, as it is handed to auditors (C2SP signed-note). */
export function formatVerifier(verifier: NoteVerifier): string {
  const key = Buffer.concat([ed25519, verifier.publicKey]).toString('base64');
  return `${verifier.name}+${keyId(verifier).toString('hex')}+${key}`;
}

/** @throws Error when the line is no verifier, or its id is not that of its key */
export function parseVerifier(line: string): NoteVerifier {
  const match = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})$/.exec(line.trim());
  const bytes = Buffer.from(match?.[3] ?? '', 'base64');
  if (!match || bytes.length !== rawKeyBytes + 1 || bytes[0] !== ed25519[0]) {
    throw new Error('A verifier reads name+id+key, with an Ed25519 key');
  }
  const verifier = { name: match[1]!, publicKey: bytes.subarray(1) };
  if (keyId(verifier).toString('hex') !== match[2]) throw new Error('The id of the verifier is not that of its key');
  return verifier;
}

function keyId({ name, publicKey }: NoteVerifier): Buffer {
  const named = Buffer.concat([Buffer.from(`${name}\n`, 'utf8'), ed25519, publicKey]);
  return hash('sha256', named, 'buffer').subarray(0, idBytes);
}
