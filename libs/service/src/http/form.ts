import { bodyLimitOf, fieldProblems, Problem, type Upload } from '@annals/contracts';
import { Busboy, type BusboyHeaders, type BusboyInstance } from '@fastify/busboy';
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { isStorable } from './storable.js';

/** The file of a form as it arrives. */
export interface FormFile {
  content: Readable;
  /** Media type that its part declares. */
  declaredType: string;
  /** The texts before it, after the contract's schema. */
  fields: Record<string, unknown>;
}

export interface FormReading {
  /** Resolves when the form has ended as it should. */
  ended: Promise<void>;
  /** Ends the reading. What still comes is read and dropped, so that the client gets to read the answer. */
  refuse: (problem: unknown) => void;
}

const longestText = 4 * 1024;
/** Headers of a part, in bytes and in number; a part whose headers are longer is no part the contract knows. */
const partHeaders = { headerSize: 4 * 1024, headerPairs: 20 };

/**
 * Reads a form with one file and hands the file over as it comes.
 * @throws Problem, at once or from `ended`: 415 `content-type-unsupported`, `content-encoding-unsupported`,
 *   `file-type-unsupported`; 413 `body-too-large`; 400 `form-malformed`, `part-unexpected`, `body-invalid`,
 *   `body-incomplete`
 */
export function readForm(raw: IncomingMessage, upload: Upload, onFile: (file: FormFile) => void): FormReading {
  const limit = bodyLimitOf({ upload });
  requirePlain(raw, limit);
  const parser = parserOf(raw, upload);
  const texts = Object.create(null) as Record<string, string>;
  let fileSeen = false;
  let size = 0;
  let settled = false;
  const { promise: ended, resolve, reject } = Promise.withResolvers<void>();

  function refuse(problem: unknown): void {
    if (settled) return;
    settled = true;
    raw.unpipe(parser);
    raw.resume();
    reject(problem);
  }
  parser.on('field', (name, text, _nameCut, cut) => {
    if (!Object.hasOwn(upload.fields?.shape ?? {}, name) || name in texts || fileSeen)
      return refuse(unexpected(upload));
    if (cut || !isStorable(text)) return refuse(new Problem(400, 'form-malformed', `A text is too long or no text`));
    texts[name] = text;
  });
  parser.on('file', (_name, content, _filename, _encoding, declared) => {
    fileSeen = true;
    // Its reader hears of what goes wrong; a part that is refused has none.
    content.on('error', () => undefined);
    try {
      onFile({ content, declaredType: declaredTypeOf(declared, upload), fields: checkedFields(texts, upload) });
    } catch (problem) {
      refuse(problem);
    }
  });
  for (const event of ['partsLimit', 'filesLimit', 'fieldsLimit'] as const)
    parser.on(event, () => refuse(unexpected(upload)));
  parser.on('error', () => refuse(malformed()));
  parser.on('finish', () => {
    settled = true;
    resolve();
  });
  raw.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= limit) return;
    if (settled) raw.destroy();
    else refuse(tooLarge(limit));
  });
  raw.on('error', () => refuse(incomplete()));
  raw.on('close', () => raw.complete || refuse(incomplete()));
  raw.pipe(parser);
  return { ended, refuse };
}

/** @throws Problem 415 `content-encoding-unsupported`, 413 `body-too-large` */
function requirePlain({ headers }: IncomingMessage, limit: number): void {
  if ((headers['content-encoding'] ?? 'identity') !== 'identity') {
    throw new Problem(415, 'content-encoding-unsupported', 'Send the body without compression');
  }
  if (Number(headers['content-length'] ?? 0) > limit) throw tooLarge(limit);
}

function parserOf({ headers }: IncomingMessage, upload: Upload): BusboyInstance {
  if (!/^multipart\/form-data\s*;/i.test(headers['content-type'] ?? '')) {
    throw new Problem(415, 'content-type-unsupported', 'Send a form: Content-Type: multipart/form-data');
  }
  const texts = Object.keys(upload.fields?.shape ?? {}).length;
  try {
    return new Busboy({
      headers: headers as BusboyHeaders,
      isPartAFile: (name) => name === upload.field,
      limits: {
        ...partHeaders,
        files: 1,
        fields: texts,
        parts: texts + 1,
        fieldSize: upload.maxTextBytes ?? longestText,
      },
    });
  } catch {
    // No boundary: nothing of the form can be told apart.
    throw malformed();
  }
}

/** @throws Problem 415 `file-type-unsupported` */
function declaredTypeOf(declared: string, { types }: Upload): string {
  const type = declared.toLowerCase();
  if (types.includes(type)) return type;
  throw new Problem(415, 'file-type-unsupported', `Send one of ${types.join(', ')}, and say which in its part`);
}

/** @throws Problem 400 `body-invalid` */
function checkedFields(texts: Record<string, string>, { fields }: Upload): Record<string, unknown> {
  const result = fields?.safeParse({ ...texts });
  if (!result) return {};
  if (result.success) return result.data;
  throw new Problem(400, 'body-invalid', 'The form does not hold what it should', {
    fields: fieldProblems(result.error),
  });
}

const unexpected = ({ field, fields }: Upload) =>
  new Problem(
    400,
    'part-unexpected',
    `The form holds ${[...Object.keys(fields?.shape ?? {}), field].join(', ')}, each once, in this order, the file last`,
  );
const malformed = () => new Problem(400, 'form-malformed', 'The body is not a well-formed form up to its end');
const incomplete = () => new Problem(400, 'body-incomplete', 'The body ended early');
const tooLarge = (limit: number) =>
  new Problem(413, 'body-too-large', `The body is larger than ${limit} bytes`, { headers: { connection: 'close' } });
