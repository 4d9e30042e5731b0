import { readFileSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where objects are kept. */
export type ObjectsPlace = { kind: 'folder'; folder: string } | ({ kind: 's3' } & S3Place);

export interface S3Place {
  /** With scheme and port: `https://s3.example:443`. */
  endpoint: string;
  region: string;
  bucket: string;
  accessKey: string;
  secret: string;
}

/** What `readObjectsUrl` takes, for the description of a setting. */
export const objectsUrlShape =
  'file:///folder, or s3://access-key:secret@host:port/bucket?region=…&tls=…&secret_file=…';

const known = ['region', 'tls', 'secret_file'];

/**
 * Reads where objects are kept: `file:///folder`, or `s3://access-key:secret@host:port/bucket`. Of the latter,
 * `region` is `us-east-1` and `tls` is `true` unless said; the secret may stand in a file of its own that `secret_file`
 * names. Characters of the secret that mean something in a URL are percent-encoded (RFC 3986 §2.1).
 * @throws Error with one line that shows nothing of the value: it may hold the secret
 */
export function readObjectsUrl(text: string): ObjectsPlace {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'file:') return { kind: 'folder', folder: folderOf(url) };
  if (url?.protocol === 's3:') return { kind: 's3', ...s3PlaceOf(url) };
  throw new Error(`is ${objectsUrlShape}, with special characters of the secret percent-encoded`);
}

function folderOf(url: URL): string {
  if (url.host !== '' || url.search !== '')
    throw new Error('names a folder as file:///folder, without host or settings');
  const folder = fileURLToPath(url);
  if (!isAbsolute(folder) || folder === '/') throw new Error('names a folder below the root, as file:///folder');
  return folder;
}

function s3PlaceOf(url: URL): S3Place {
  const unknown = [...url.searchParams.keys()].filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new Error(`knows ${known.join(', ')}, and not ${unknown.join(', ')}`);
  const tls = url.searchParams.get('tls') ?? 'true';
  if (tls !== 'true' && tls !== 'false') throw new Error('has tls=true or tls=false');
  if (url.host === '') throw new Error('names the host of the store');
  const bucket = url.pathname.slice(1);
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket)) {
    throw new Error('names one bucket after the host: 3 to 63 of a-z, 0-9, dot and hyphen');
  }
  const region = url.searchParams.get('region') ?? 'us-east-1';
  if (!/^[a-z0-9-]{1,40}$/.test(region)) throw new Error('has a region of a-z, 0-9 and hyphen');
  const [accessKey, secret] = [decoded(url.username), secretOf(url)];
  if (accessKey === '' || secret === '') {
    throw new Error('has an access key and a secret before the host, or names a secret_file');
  }
  return { endpoint: `${tls === 'true' ? 'https' : 'http'}://${url.host}`, region, bucket, accessKey, secret };
}

function secretOf(url: URL): string {
  const file = url.searchParams.get('secret_file');
  if (file === null) return decoded(url.password);
  if (url.password !== '') throw new Error('has the secret twice: in itself and in secret_file');
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new Error(`has a secret_file that cannot be read (${(error as NodeJS.ErrnoException).code})`, {
      cause: error,
    });
  }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch (cause) {
    throw new Error('has a % in key or secret that encodes nothing; write it as %25', { cause });
  }
}
