import type { ProblemBody } from '@annals/contracts';
import { connect } from 'node:net';
import { type EdgeUnderTest, startEdge } from '../testing/edge-under-test.js';

const megabyte = 1024 * 1024;
const path = '/users/profile/avatar';
let edge: EdgeUnderTest;

const form = (bytes: number): FormData => {
  const made = new FormData();
  made.append('file', new Blob([new Uint8Array(bytes)], { type: 'image/png' }), 'a.png');
  return made;
};
const codeOf = async (response: Response) => [response.status, ((await response.json()) as ProblemBody).code];
/** Sends some of a body and then nothing for ever. */
const stall = (sent: number) =>
  new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(sent)) }, { highWaterMark: 0 });

describe('an upload', () => {
  beforeAll(async () => {
    edge = await startEdge();
  });
  afterAll(() => edge.close());

  it('reaches its service as it came, also when it is larger than what is kept in memory', async () => {
    const sent = form(5 * megabyte);
    expect((await edge.ask(path, { method: 'POST', body: sent })).status).toBe(200);
    expect(edge.behind.calls.at(-1)).toBe(`POST /api/v1${path}`);
    expect(edge.behind.sizes.at(-1)).toBeGreaterThan(5 * megabyte);
  });

  it('that says it is too large is refused before it is sent on', async () => {
    const before = edge.behind.calls.length;
    const answer = await edge.ask(path, { method: 'POST', body: form(6 * megabyte) });
    expect(await codeOf(answer)).toEqual([413, 'body-too-large']);
    expect(edge.behind.calls).toHaveLength(before);
  });

  it('that turns out to be too large is refused, and its service has received nothing whole', async () => {
    const before = edge.behind.calls.length;
    // Without a length: only counting tells. It ends, because the client keeps what it sends in memory.
    const long = ReadableStream.from(Array.from({ length: 8 }, () => new Uint8Array(megabyte)));
    const headers = { 'content-type': 'multipart/form-data; boundary=a' };
    const answer = await edge.ask(path, { method: 'POST', body: long, headers });
    expect(await codeOf(answer)).toEqual([413, 'body-too-large']);
    expect(edge.behind.calls).toHaveLength(before);
  });

  it('that stops coming ends as 408, and holds nothing at its service', async () => {
    const impatient = await startEdge({ bodyTimeouts: { silenceMs: 200, wholeMs: 60_000 } });
    const headers = { 'content-type': 'multipart/form-data; boundary=a' };
    const answer = await impatient.ask(path, { method: 'POST', body: stall(1000), headers });
    expect(await codeOf(answer)).toEqual([408, 'body-timeout']);
    expect(answer.headers.get('connection')).toBe('close');
    expect(impatient.behind.calls).toEqual([]);
    expect((await impatient.ask('/users/profile')).status).toBe(200);
    await impatient.close();
  });

  it('whose client goes away leaves nothing under way', async () => {
    const before = edge.behind.calls.length;
    const { hostname, port } = new URL(edge.url);
    const socket = connect(Number(port), hostname);
    socket.write(
      `POST /api/v1${path} HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${edge.token}\r\ncontent-length: 2000000\r\n` +
        `content-type: multipart/form-data; boundary=a\r\n\r\nhalf`,
    );
    while (!edge.metrics.text().includes('annals_http_in_flight 1')) await new Promise(setImmediate);
    socket.destroy();
    while (!edge.metrics.text().includes('annals_http_in_flight 0')) await new Promise(setImmediate);
    expect(edge.behind.calls).toHaveLength(before);
  });
});

describe('an upload that trickles', () => {
  it('ends as 408 when all of it takes too long', async () => {
    const slow = await startEdge({ bodyTimeouts: { silenceMs: 60_000, wholeMs: 200 } });
    const headers = { 'content-type': 'multipart/form-data; boundary=a' };
    const answer = await slow.ask(path, { method: 'POST', body: stall(1000), headers });
    expect(await codeOf(answer)).toEqual([408, 'body-timeout']);
    await slow.close();
  });
});
