import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { S3Place } from '../objects-url.js';
import { answer, errorAnswer, type S3Answer } from './s3-answers.js';
import { emptyMemory, S3Error, type S3Memory } from './s3-memory.js';
import { signatureFault } from './s3-signature.js';

/** What goes wrong with the next requests of one kind. */
export interface S3Fault {
  /** `PUT`, or `PUT ?partNumber` for those with this query parameter. */
  on: string;
  times: number;
  how:
    | 'slow-down' // 503 SlowDown
    | 'not-implemented' // 501
    | 'hang' // no answer
    | 'cut' // the connection ends in the middle of the request
    | 'lose-answer' // done, but the connection ends before the answer
    | 'error-in-200' // an error in an answer whose status was sent before
    | 'cut-answer' // the connection ends in the middle of the answer
    | 'hang-in-answer'; // the answer stops in the middle
}

/** A store that speaks S3's protocol, for specs: keeps one bucket in memory and breaks in chosen ways. */
export interface S3Server {
  readonly place: S3Place;
  readonly memory: S3Memory;
  /** Every request that arrived: method, path and query. */
  readonly requests: string[];
  /** Names of all headers that arrived. */
  readonly headers: Set<string>;
  /** Answers that are on their way now. */
  sending(): number;
  disturb(fault: S3Fault): void;
  stop(): Promise<void>;
}

/** @param pageSize names in one page of a list: few, so that specs see more than one page */
export async function startS3Server({ bucketThere = true, pageSize = 3 } = {}): Promise<S3Server> {
  const keys = { accessKey: 'annals', secret: 'a/secret+with=signs', region: 'eu-west-7' };
  const bucket = 'specs';
  const memory = emptyMemory();
  const requests: string[] = [];
  const headers = new Set<string>();
  const open = new Set<ServerResponse>();
  const faults: S3Fault[] = [];
  let exists = bucketThere;

  const server = createServer((req, res) => {
    const target = req.url ?? '/';
    requests.push(`${req.method} ${target}`);
    Object.keys(req.headers).forEach((name) => headers.add(name));
    open.add(res);
    res.once('close', () => open.delete(res));
    const url = new URL(target, 'http://s3.test');
    const how = nextFault(faults, req.method ?? '', url.searchParams);
    if (how === 'cut') return void req.once('data', () => req.socket.destroy()).once('end', () => req.socket.destroy());
    void whole(req).then(
      (body) => {
        if (how === 'hang') return;
        if (how === 'slow-down') return send(res, req, errorAnswer(503, 'SlowDown'));
        if (how === 'not-implemented') return send(res, req, errorAnswer(501, 'NotImplemented'));
        if (how === 'error-in-200') return send(res, req, { ...errorAnswer(500, 'InternalError'), status: 200 });
        const given = answerTo(req, url, body);
        if (how === 'lose-answer') return void req.socket.destroy();
        if (how === 'cut-answer' || how === 'hang-in-answer') return sendHalf(res, given, how === 'cut-answer');
        send(res, req, given);
      },
      // Its client went away in the middle.
      () => res.destroy(),
    );
  });

  function answerTo(req: IncomingMessage, url: URL, body: Buffer): S3Answer {
    const { method = '', url: target = '', headers } = req;
    const fault = signatureFault({ method, target, headers, body }, keys);
    if (fault) return errorAnswer(fault.status, fault.code);
    const [, asked, ...rest] = decodeURIComponent(url.pathname).split('/');
    const key = rest.length > 0 && rest.join('/') !== '' ? rest.join('/') : undefined;
    if (asked === bucket && key === undefined && method === 'PUT' && !exists) {
      exists = true;
      return { status: 200 };
    }
    if (asked !== bucket || !exists) return errorAnswer(404, 'NoSuchBucket');
    try {
      return answer(memory, { method, key, query: url.searchParams, range: headers.range, body }, pageSize);
    } catch (error) {
      if (!(error instanceof S3Error)) throw error;
      return errorAnswer(error.status, error.code);
    }
  }

  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return {
    ...{ memory, requests, headers, sending: () => open.size },
    place: { endpoint: `http://127.0.0.1:${port}`, bucket, ...keys },
    disturb: (fault) => void faults.push({ ...fault }),
    stop: () => stop(server),
  };
}

function nextFault(faults: S3Fault[], method: string, query: URLSearchParams): S3Fault['how'] | undefined {
  const meant = faults.find(({ on, times }) => {
    const [wanted, parameter] = on.split(' ?');
    return times > 0 && wanted === method && (parameter === undefined || query.has(parameter));
  });
  if (meant) meant.times -= 1;
  return meant?.how;
}

async function whole(req: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function send(res: ServerResponse, req: IncomingMessage, { status, headers, body }: S3Answer): void {
  const length = status === 204 ? {} : { 'content-length': String(body?.length ?? 0) };
  res.writeHead(status, { ...headers, ...length });
  res.end(req.method === 'HEAD' ? undefined : body);
}

function sendHalf(res: ServerResponse, { status, headers, body = Buffer.alloc(0) }: S3Answer, cut: boolean): void {
  res.writeHead(status, { ...headers, 'content-length': String(body.length) });
  res.write(body.subarray(0, body.length / 2), () => cut && res.socket?.destroy());
}

async function stop(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
}
