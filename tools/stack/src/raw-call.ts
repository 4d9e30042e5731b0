import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';

export interface RawCall {
  method?: string;
  /** Sent as they are: names in any spelling, the same name twice. */
  headers?: readonly (readonly [string, string])[];
  body?: string | Uint8Array;
  /** Send the body without saying its length first. */
  chunked?: boolean;
}

export interface RawAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  /** The body, when it is JSON. */
  json: unknown;
}

/** One request as nobody's client library would send it. @throws Error when the connection breaks before an answer */
export function rawCall(
  url: string,
  { method = 'GET', headers = [], body, chunked }: RawCall = {},
): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  // The path goes out as it stands here: `new URL` would tidy it up.
  const path = url.slice(url.indexOf('/', 'http://'.length));
  const length = body === undefined || chunked ? [] : ['content-length', String(Buffer.byteLength(body))];
  const sent = ['host', `${hostname}:${port}`, ...headers.flat(), ...length];
  if (chunked) sent.push('transfer-encoding', 'chunked');
  return new Promise((resolve, reject) => {
    const call = request({ hostname, port, path, method, headers: sent, agent: false }, (answer) => {
      const isStream = answer.headers['content-type'] === 'text/event-stream';
      const reading = (isStream ? firstEvent(answer) : text(answer)).then((read) => {
        const isJson = /[/+]json/.test(answer.headers['content-type'] ?? '');
        const json: unknown = isJson && read !== '' ? JSON.parse(read) : undefined;
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text: read, json });
      });
      reading.catch(reject);
    });
    call.on('error', reject);
    call.end(body);
  });
}

const patienceMs = 30_000;

/** The same; a read that a busy machine asks to send later is sent again, as clients do, for a while. */
export async function patientCall(url: string, call: RawCall = {}): Promise<RawAnswer> {
  for (const deadline = Date.now() + patienceMs; ;) {
    const answer = await rawCall(url, call);
    const later = answer.status === 503 && answer.headers['retry-after'] !== undefined;
    if (!later || (call.method ?? 'GET') !== 'GET' || Date.now() > deadline) return answer;
    await pause(Number(answer.headers['retry-after']) * 1000);
  }
}

/** A stream of events has no end of its own: what it begins with is enough. */
async function firstEvent(answer: IncomingMessage): Promise<string> {
  let read = '';
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    read += chunk.toString();
    if (read.includes('\n\n')) break;
  }
  return read;
}
