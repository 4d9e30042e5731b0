import type { Response } from 'express';
import { isKnown } from './conditional.js';
import type { Reply } from './mount.js';
import { replyHeaders } from './reply.js';

export interface Answering {
  res: Response;
  method: string;
  ifNoneMatch: string | undefined;
  /** Headers of every answer. */
  always: Readonly<Record<string, string>>;
  /** Where open Server-Sent Events are noted, so that they can be ended when the process goes away. */
  eventStreams: Set<Response>;
}

/** Writes a reply: a JSON body, nothing, or a stream. Resolves when everything was handed to the connection. */
export async function respond(reply: Reply, answering: Answering): Promise<number> {
  const { res, method, ifNoneMatch, always } = answering;
  const head = replyHeaders(reply, always);
  const reads = method === 'GET' || method === 'HEAD';
  if (reads && reply.status === 200 && head.etag !== undefined && isKnown(ifNoneMatch, head.etag)) {
    res.writeHead(304, head).end();
    return 304;
  }
  if (reply.stream && method !== 'HEAD') {
    res.writeHead(reply.status, head);
    res.flushHeaders();
    const endless = head['content-type']?.startsWith('text/event-stream') ?? false;
    if (endless) answering.eventStreams.add(res);
    await reply.stream(res).finally(() => answering.eventStreams.delete(res));
    if (!res.writableEnded) res.end();
    return reply.status;
  }
  if (reply.body === undefined || reply.status === 204) {
    // Asked for its head alone, a stream has the length it says, or none that is known (RFC 9110 §9.3.2).
    if (reply.status !== 204 && !reply.stream) head['content-length'] = '0';
    res.writeHead(reply.status, head).end();
    return reply.status;
  }
  sendJson(res, reply.status, reply.body, head);
  return reply.status;
}

/** Sends a value as JSON with its length, in one write. */
export function sendJson(res: Response, status: number, body: unknown, head: Record<string, string>): void {
  const text = JSON.stringify(body);
  head['content-type'] ??= 'application/json; charset=utf-8';
  const length = Buffer.byteLength(text);
  head['content-length'] = String(length);
  // Node writes head and body as one string; as Latin-1, which ASCII is part of, that costs less than as UTF-8.
  res.writeHead(status, head).end(text, length === text.length ? 'latin1' : 'utf8');
}
