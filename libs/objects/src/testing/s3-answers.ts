import { beginUpload, completeUpload, etagOf, pageOfKeys, S3Error, uploadOf, type S3Memory } from './s3-memory.js';

export interface S3Request {
  method: string;
  /** Undefined for the bucket itself. */
  key: string | undefined;
  query: URLSearchParams;
  range: string | undefined;
  body: Buffer;
}

export interface S3Answer {
  status: number;
  headers?: Record<string, string>;
  body?: Buffer;
}

/** What S3 answers of the operations that the adapter uses. @throws S3Error; 501 for every other operation */
export function answer(memory: S3Memory, request: S3Request, pageSize: number): S3Answer {
  const { method, key, query } = request;
  if (key === undefined) return ofBucket(memory, request, pageSize);
  if (query.has('uploadId') || query.has('uploads')) return ofUpload(memory, { ...request, key });
  const content = memory.objects.get(key);
  if (method === 'PUT') {
    memory.objects.set(key, request.body);
    return { status: 200, headers: { etag: etagOf(request.body) } };
  }
  if (method === 'DELETE') {
    memory.objects.delete(key);
    return { status: 204 };
  }
  if (method !== 'GET' && method !== 'HEAD') throw new S3Error(501, 'NotImplemented');
  if (!content) throw new S3Error(404, 'NoSuchKey');
  return { ...ranged(content, request.range), headers: { etag: etagOf(content), 'accept-ranges': 'bytes' } };
}

function ranged(content: Buffer, range: string | undefined): { status: number; body: Buffer } {
  const found = /^bytes=(\d+)-(\d+)$/.exec(range ?? '');
  if (!found) return { status: 200, body: content };
  const [start, end] = [Number(found[1]), Number(found[2])];
  if (start >= content.length) throw new S3Error(416, 'InvalidRange');
  return { status: 206, body: content.subarray(start, end + 1) };
}

function ofBucket(memory: S3Memory, { method, query }: S3Request, pageSize: number): S3Answer {
  if (method === 'HEAD') return { status: 200 };
  if (method === 'PUT') throw new S3Error(409, 'BucketAlreadyOwnedByYou');
  const prefix = query.get('prefix') ?? '';
  if (method === 'GET' && query.get('list-type') === '2') {
    const after = Buffer.from(query.get('continuation-token') ?? '', 'base64').toString();
    const { keys, more } = pageOfKeys(memory, prefix, after, pageSize);
    const next = more ? tag('NextContinuationToken', Buffer.from(keys.at(-1) ?? '').toString('base64')) : '';
    const contents = keys.map((key) => tag('Contents', tag('Key', key)));
    return xml('ListBucketResult', [tag('IsTruncated', String(more)), next, ...contents]);
  }
  if (method === 'GET' && query.has('uploads')) {
    const after = query.get('upload-id-marker') ?? '';
    const found = [...memory.uploads].filter(([id, { key }]) => key.startsWith(prefix) && id > after).sort();
    const page = found.slice(0, pageSize);
    const [lastId = '', last] = page.at(-1) ?? [];
    return xml('ListMultipartUploadsResult', [
      tag('IsTruncated', String(found.length > page.length)),
      ...[tag('NextKeyMarker', last?.key ?? ''), tag('NextUploadIdMarker', lastId)],
      ...page.map(([id, { key, initiated }]) =>
        tag('Upload', tag('Key', key) + tag('UploadId', id) + tag('Initiated', initiated.toISOString())),
      ),
    ]);
  }
  throw new S3Error(501, 'NotImplemented');
}

function ofUpload(memory: S3Memory, { method, key, query, body }: S3Request & { key: string }): S3Answer {
  const id = query.get('uploadId') ?? '';
  if (method === 'POST' && query.has('uploads')) {
    return xml('InitiateMultipartUploadResult', [tag('Key', key), tag('UploadId', beginUpload(memory, key))]);
  }
  if (method === 'PUT') {
    uploadOf(memory, id, key).parts.set(Number(query.get('partNumber')), body);
    return { status: 200, headers: { etag: etagOf(body) } };
  }
  if (method === 'POST') {
    const parts = [...body.toString().matchAll(/<Part>(.*?)<\/Part>/gs)].map(([, part = '']): [number, string] => [
      Number(/<PartNumber>(\d+)</.exec(part)?.[1]),
      (/<ETag>(.+?)</.exec(part)?.[1] ?? '').replaceAll('&quot;', '"'),
    ]);
    completeUpload(memory, id, key, parts);
    return xml('CompleteMultipartUploadResult', [tag('Key', key)]);
  }
  if (method === 'DELETE') {
    uploadOf(memory, id, key);
    memory.uploads.delete(id);
    return { status: 204 };
  }
  throw new S3Error(501, 'NotImplemented');
}

/** Names and ids hold nothing that XML would have to escape. */
const tag = (name: string, content: string): string => `<${name}>${content}</${name}>`;

const xml = (name: string, content: readonly string[], status = 200): S3Answer => ({
  status,
  headers: { 'content-type': 'application/xml' },
  body: Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>\n${tag(name, content.join(''))}`),
});

export const errorAnswer = (status: number, code: string): S3Answer =>
  xml('Error', [tag('Code', code), tag('Message', `${code}, says the server of the specs`)], status);
