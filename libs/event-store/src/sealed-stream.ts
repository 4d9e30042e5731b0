import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { Transform, type TransformCallback } from 'node:stream';
import { Problem, type Purpose } from '@annals/contracts';
import { boundTo, type BytesPlace } from './sealed-bytes.js';
import { holderOf, type SubjectKeys } from './subject-keys.js';

/**
 * Layout: version, length of the key's id, that id, 32 bytes salt, 7 bytes nonce prefix; then chunks of ciphertext with 16
 * bytes tag each. Every chunk but the last holds 64 KiB.
 */
const version = 2;
const saltBytes = 32;
const prefixBytes = 7;
const tagBytes = 16;
const chunkBytes = 65_536;
const sealedChunkBytes = chunkBytes + tagBytes;
const mostChunks = 2 ** 32;

/**
 * The STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár: Online Authenticated-Encryption and its Nonce-Reuse
 * Misuse-Resistance, 2015, §7) over AES-256-GCM, with a key of its own for each stream by HKDF (RFC 5869), as Tink has it.
 * The nonce counts the chunks and says which is the last: none can be left out, repeated, swapped or put at the end.
 */
function chunkCrypt(subjectKey: Buffer, salt: Buffer, prefix: Buffer, place: BytesPlace) {
  const key = Buffer.from(hkdfSync('sha256', subjectKey, salt, 'annals sealed stream', 32));
  const bound = boundTo(place);
  let count = 0;
  const nonceOf = (last: boolean): Buffer => {
    if (count === mostChunks) throw new Error(`${place.name} has more than ${mostChunks} chunks`);
    const nonce = Buffer.alloc(prefixBytes + 5);
    prefix.copy(nonce);
    nonce.writeUInt32BE(count++, prefixBytes);
    nonce[prefixBytes + 4] = last ? 1 : 0;
    return nonce;
  };
  return {
    seal(chunk: Buffer, last: boolean): Buffer {
      const cipher = createCipheriv('aes-256-gcm', key, nonceOf(last)).setAAD(bound);
      return Buffer.concat([cipher.update(chunk), cipher.final(), cipher.getAuthTag()]);
    },
    /** Gives nothing of a chunk before all of it is checked. */
    open(sealed: Buffer, last: boolean): Buffer {
      const split = sealed.length - tagBytes;
      if (split < 0) throw notAsSealed(place);
      const decipher = createDecipheriv('aes-256-gcm', key, nonceOf(last)).setAAD(bound);
      decipher.setAuthTag(sealed.subarray(split));
      const opened = decipher.update(sealed.subarray(0, split));
      try {
        decipher.final();
      } catch (error) {
        throw notAsSealed(place, error);
      }
      return opened;
    },
  };
}

const notAsSealed = ({ name }: BytesPlace, cause?: unknown): Error =>
  new Error(`${name} is not as it was sealed, or lies elsewhere`, { cause });

/**
 * Encrypts a stream of any size in flat memory with its subject's own key, as {@link sealBytes} does bytes.
 * @throws Problem 410 `subject-erased`
 */
export async function sealStream(
  keys: Pick<SubjectKeys, 'current'>,
  place: BytesPlace,
  purpose: Purpose,
): Promise<Transform> {
  const { id, key } = await keys.current(holderOf(place.subject, place.accountId), purpose);
  const keyId = Buffer.from(id, 'utf8');
  const [salt, prefix] = [randomBytes(saltBytes), randomBytes(prefixBytes)];
  const crypt = chunkCrypt(key, salt, prefix, place);
  const sealing = inPieces(chunkBytes, (piece, last) => crypt.seal(piece, last));
  sealing.push(Buffer.concat([Buffer.from([version, keyId.length]), keyId, salt, prefix]));
  return sealing;
}

/**
 * The stream in clear. What it has given was as it was sealed; that nothing is missing is known when it ends without an
 * error. Its error is a Problem 410 `subject-erased` when the key is gone, and an Error when the stream was changed, cut
 * or moved.
 */
export function openStream(keys: Pick<SubjectKeys, 'find'>, place: BytesPlace): Transform {
  let head: Buffer = Buffer.alloc(0);
  let pieces: Pieces | undefined;

  async function begin(): Promise<void> {
    if (head.length > 0 && head[0] !== version) throw new Error(`${place.name} is of an unknown layout`);
    const keyEnd = 2 + (head[1] ?? 0);
    const end = keyEnd + saltBytes + prefixBytes;
    if (head.length < Math.max(2, end)) return;
    const found = await keys.find(head.subarray(2, keyEnd).toString('utf8'));
    if (found === 'erased') throw new Problem(410, 'subject-erased', 'What this held has been erased');
    const salt = head.subarray(keyEnd, keyEnd + saltBytes);
    const crypt = chunkCrypt(found.key, salt, head.subarray(keyEnd + saltBytes, end), place);
    pieces = piecesOf(sealedChunkBytes, (piece, last) => crypt.open(piece, last));
    head = head.subarray(end);
  }

  return new Transform({
    transform(input: Buffer, _encoding, done) {
      void settle(done, async () => {
        let rest = input;
        if (!pieces) {
          head = Buffer.concat([head, input]);
          await begin();
          if (!pieces) return;
          rest = head;
        }
        for (const piece of pieces.add(rest)) this.push(piece);
      });
    },
    flush(done) {
      void settle(done, async () => {
        if (!pieces) throw notAsSealed(place);
        this.push(pieces.end());
      });
    },
  });
}

async function settle(done: TransformCallback, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    return done(error as Error);
  }
  done();
}

interface Pieces {
  add(input: Buffer): Generator<Buffer>;
  /** The last piece; it may be shorter, or empty. */
  end(): Buffer;
}

/** Cuts what comes into pieces of one size. A full one waits until there is more: it may be the last. */
function piecesOf(size: number, each: (piece: Buffer, last: boolean) => Buffer): Pieces {
  let waiting: Buffer[] = [];
  let bytes = 0;
  return {
    *add(input) {
      waiting.push(input);
      bytes += input.length;
      if (bytes <= size) return;
      const all = Buffer.concat(waiting, bytes);
      let at = 0;
      for (; all.length - at > size; at += size) yield each(all.subarray(at, at + size), false);
      // A copy: what is left must not hold on to all that came.
      waiting = [Buffer.from(all.subarray(at))];
      bytes = all.length - at;
    },
    end: () => each(Buffer.concat(waiting, bytes), true),
  };
}

function inPieces(size: number, each: (piece: Buffer, last: boolean) => Buffer): Transform {
  const pieces = piecesOf(size, each);
  return new Transform({
    transform(input: Buffer, _encoding, done) {
      try {
        for (const piece of pieces.add(input)) this.push(piece);
      } catch (error) {
        return done(error as Error);
      }
      done();
    },
    flush(done) {
      done(null, pieces.end());
    },
  });
}
