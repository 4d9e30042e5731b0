import { createHash, randomUUID } from 'node:crypto';

/** An error as S3 answers it. */
export class S3Error extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
  ) {
    super(code);
  }
}

interface UnfinishedUpload {
  key: string;
  initiated: Date;
  parts: Map<number, Buffer>;
}

/** All that a store of one bucket keeps. */
export interface S3Memory {
  readonly objects: Map<string, Buffer>;
  readonly uploads: Map<string, UnfinishedUpload>;
}

export const emptyMemory = (): S3Memory => ({ objects: new Map(), uploads: new Map() });

/** Least size of a part that is not the last, in bytes. */
const leastPart = 5 * 1024 * 1024;

export const etagOf = (content: Buffer): string => `"${createHash('md5').update(content).digest('hex')}"`;

export function beginUpload({ uploads }: S3Memory, key: string): string {
  const id = randomUUID();
  uploads.set(id, { key, initiated: new Date(), parts: new Map() });
  return id;
}

/** @throws S3Error 404 `NoSuchUpload` */
export function uploadOf({ uploads }: S3Memory, id: string, key: string): UnfinishedUpload {
  const upload = uploads.get(id);
  if (upload?.key !== key) throw new S3Error(404, 'NoSuchUpload');
  return upload;
}

/** @throws S3Error for parts that are missing, changed, out of order or too small */
export function completeUpload(memory: S3Memory, id: string, key: string, wanted: [number, string][]): void {
  const { parts } = uploadOf(memory, id, key);
  const contents = wanted.map(([number, etag], at) => {
    const part = parts.get(number);
    if (!part || etagOf(part) !== etag) throw new S3Error(400, 'InvalidPart');
    if (at > 0 && number <= wanted[at - 1]![0]) throw new S3Error(400, 'InvalidPartOrder');
    if (at < wanted.length - 1 && part.length < leastPart) throw new S3Error(400, 'EntityTooSmall');
    return part;
  });
  if (contents.length === 0) throw new S3Error(400, 'MalformedXML');
  memory.objects.set(key, Buffer.concat(contents));
  memory.uploads.delete(id);
}

/** Keys in order of their bytes, after one and with a prefix; one page, and where the next begins. */
export function pageOfKeys(memory: S3Memory, prefix: string, after: string, size: number) {
  const all = [...memory.objects.keys()].filter((key) => key.startsWith(prefix) && key > after);
  all.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return { keys: all.slice(0, size), more: all.length > size };
}
