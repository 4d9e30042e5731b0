import { Problem } from '@annals/contracts';
import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { isStorable } from './storable.js';

const deepest = 32;
/** Members of one object, and elements of one list, at most. */
const mostMembers = 1000;
const mostElements = 10_000;
const refusedNames = new Set(['__proto__', 'constructor', 'prototype']);
const jsonType = /^application\/(?:json|[\w.+-]+\+json)\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?$/i;

/**
 * The JSON body of a request, or undefined when it has none.
 * @param limit largest size in bytes
 * @throws Problem 413 `body-too-large`; 415 `content-type-unsupported`, `content-encoding-unsupported`; 400
 *   `body-not-utf8`, `body-malformed`, `body-too-deep`, `body-too-wide`, `body-name-refused`, `body-text-refused`,
 *   `body-incomplete`
 */
export async function readJsonBody(req: IncomingMessage, limit: number): Promise<unknown> {
  const length = req.headers['content-length'];
  const hasBody = req.headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
  if (!hasBody) return undefined;
  if (!jsonType.test(req.headers['content-type'] ?? '')) {
    throw new Problem(415, 'content-type-unsupported', 'Send JSON: Content-Type: application/json');
  }
  if ((req.headers['content-encoding'] ?? 'identity') !== 'identity') {
    throw new Problem(415, 'content-encoding-unsupported', 'Send the body without compression');
  }
  if (Number(length ?? 0) > limit) throw tooLarge(limit);
  const bytes = await readBytes(req, limit);
  if (bytes.length === 0) return undefined;
  if (!isUtf8(bytes)) throw new Problem(400, 'body-not-utf8', 'The body is not UTF-8');
  const text = bytes.toString('utf8');
  const value = parse(text);
  // Unescaped, what no store holds is not well-formed either; few bodies have escapes of this kind.
  checkShape(value, 1, text.includes('\\u'));
  return value;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message quotes the body, which may hold a password: it goes nowhere.
    throw new Problem(400, 'body-malformed', 'The body is not well-formed JSON');
  }
}

function readBytes(req: IncomingMessage, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const settle = (error: Problem | undefined) => {
      req.off('data', onData).off('end', onEnd).off('close', onClose).off('error', onClose);
      if (error) reject(error);
      else resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks));
    };
    const onData = (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) {
        req.pause();
        return settle(tooLarge(limit));
      }
      chunks.push(chunk);
    };
    const onEnd = () => settle(undefined);
    const onClose = () => settle(new Problem(400, 'body-incomplete', 'The body ended early'));
    req.on('data', onData).on('end', onEnd).on('close', onClose).on('error', onClose);
  });
}

// The rest of the body is not read, so the connection cannot serve another request.
const tooLarge = (limit: number) =>
  new Problem(413, 'body-too-large', `The body is larger than ${limit} bytes`, { headers: { connection: 'close' } });

/** One walk for all limits; it cannot go deeper than the limit it checks. */
function checkShape(value: unknown, depth: number, hasEscapes: boolean): void {
  if (typeof value === 'string') {
    if (hasEscapes && !isStorable(value)) throw textRefused();
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  if (depth > deepest) throw new Problem(400, 'body-too-deep', `The body is nested deeper than ${deepest} levels`);
  if (Array.isArray(value)) {
    if (value.length > mostElements) throw tooWide();
    for (const element of value) checkShape(element, depth + 1, hasEscapes);
    return;
  }
  const names = Object.keys(value);
  if (names.length > mostMembers) throw tooWide();
  for (const name of names) {
    if (refusedNames.has(name)) throw new Problem(400, 'body-name-refused', `A field may not be named ${name}`);
    if (hasEscapes && !isStorable(name)) throw textRefused();
    checkShape((value as Record<string, unknown>)[name], depth + 1, hasEscapes);
  }
}

const textRefused = () =>
  new Problem(400, 'body-text-refused', 'Text may hold neither NUL nor half of a surrogate pair');

const tooWide = () =>
  new Problem(400, 'body-too-wide', `An object holds at most ${mostMembers} fields, a list ${mostElements} elements`);
