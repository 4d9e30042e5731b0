import { buffer } from 'node:stream/consumers';
import { Problem } from '@annals/contracts';
import type { Reading } from './pages.js';
import type { ExportedFile } from './section.js';

/** A file that another service keeps; undefined where there is none, or no more. */
export async function readFile(
  { client, identity, request }: Reading,
  path: string,
  signal: AbortSignal,
): Promise<ExportedFile | undefined> {
  try {
    const { headers, body } = await client.stream({ method: 'GET', path, identity, request, signal });
    const bytes = await buffer(body);
    return { media_type: String(headers['content-type']), bytes: bytes.length, base64: bytes.toString('base64') };
  } catch (error) {
    if (error instanceof Problem && error.status === 404) return undefined;
    throw error;
  }
}
