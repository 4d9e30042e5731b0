import { Problem, type Upload } from '@annals/contracts';
import { createHash } from 'node:crypto';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type FormFile, readForm } from './form.js';
import type { RouteRequest } from './mount.js';

/** What is said of a file that arrives; nobody has looked whether it is true. */
export type FileInfo = Omit<FormFile, 'content'>;

type Asked = Pick<RouteRequest, 'raw' | 'commandHash' | 'hashOf'>;

/**
 * Receives the one file of a form as it comes. `take` reads it to its end. That the form was well-formed is known only
 * when this resolves, so what `take` did must have no effect before. `commandHash` is then that of the file and of what
 * was said of it: a repeated idempotency key with another file is another command.
 * @throws Problem as `readForm` does; 413 `file-too-large`; 400 `file-missing`, `file-empty`; and whatever `take` throws.
 *   `take` has ended by then.
 */
export async function receiveFile<T>(
  request: Asked,
  upload: Upload,
  take: (file: Readable, info: FileInfo) => Promise<T>,
): Promise<T> {
  const hash = createHash('sha256');
  let taking: { file: Readable; info: FileInfo; taken: Promise<T> } | undefined;
  const reading = readForm(request.raw, upload, ({ content, ...info }) => {
    const file = counted(upload.maxBytes, (chunk) => hash.update(chunk));
    pipeline(content, file).catch(reading.refuse);
    // Who takes it may have something to do first; what goes wrong meanwhile is heard of when it is read.
    file.on('error', () => undefined);
    const taken = take(file, info);
    taken.then(() => file.resume(), reading.refuse);
    taking = { file, info, taken };
  });
  try {
    await reading.ended;
  } catch (problem) {
    taking?.file.destroy(problem as Error);
    await taking?.taken.catch(() => undefined);
    throw problem;
  }
  if (!taking) throw new Problem(400, 'file-missing', `Send the file as the part "${upload.field}"`);
  const result = await taking.taken;
  request.commandHash = request.hashOf?.([hash.digest('base64url'), taking.info]);
  return result;
}

/** Lets bytes pass up to a limit, and shows them on their way. */
function counted(maxBytes: number, saw: (chunk: Buffer) => void): Transform {
  let size = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      if (size > maxBytes) return done(fileTooLarge(maxBytes));
      saw(chunk);
      done(null, chunk);
    },
    flush(done) {
      done(size === 0 ? new Problem(400, 'file-empty', 'The file is empty') : null);
    },
  });
}

const fileTooLarge = (maxBytes: number) =>
  new Problem(413, 'file-too-large', `The file is larger than ${maxBytes} bytes`);
