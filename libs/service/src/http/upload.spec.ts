import { personIdentity } from '@annals/auth';
import { Problem, route } from '@annals/contracts';
import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { z } from 'zod';
import { mount, type RouteRequest } from './mount.js';
import { startTestApp, type TestApp } from './test-app.js';
import { receiveFile } from './upload.js';

const ann = personIdentity({
  user_id: '0190a000-0000-7000-8000-000000000001',
  account_id: '0190a000-0000-7000-8000-0000000000aa',
});
const upload = {
  ...{ field: 'file', types: ['image/png', 'application/pdf'], maxBytes: 100_000 },
  fields: z.strictObject({ kind: z.enum(['passport', 'card']).optional() }),
};
const sendThing = route('thing.send', {
  ...{ owner: 'profile', method: 'POST', path: '/things', summary: 's', tag: 't', access: { kind: 'user' } },
  ...{ upload, responses: { 200: z.any() } },
});

let seen: RouteRequest[] = [];
/** Files that were taken and did not turn out to be part of a form that is wrong. */
let received: string[] = [];
let failure: Problem | undefined;
let app: TestApp;

beforeAll(async () => {
  const send = mount(sendThing, async (request) => {
    const body = await receiveFile(request, upload, async (file, info) => {
      if (failure) throw failure;
      const bytes = await buffer(file);
      return { ...info, size: bytes.length, hash: createHash('sha256').update(bytes).digest('hex') };
    });
    seen.push(request);
    received.push(body.hash);
    return { status: 200, body };
  });
  app = await startTestApp({ routes: [send] });
});
afterAll(() => app.close());
beforeEach(() => {
  seen = [];
  received = [];
  failure = undefined;
});

const boundary = '----form';
interface Part {
  name?: string;
  type?: string;
  head?: string;
  content: string | Buffer;
}
const picture = (content: string | Buffer = 'PNG'): Part => ({ name: 'file', type: 'image/png', content });

/** A form written by hand, so that it can be wrong in any way. */
function form(parts: Part[], end = `--${boundary}--\r\n`): Buffer {
  const written = parts.flatMap(({ name, type, head, content }) => [
    `--${boundary}\r\n`,
    head ?? (name === undefined ? '' : `Content-Disposition: form-data; name="${name}"; filename="a.png"\r\n`),
    type === undefined ? '' : `Content-Type: ${type}\r\n`,
    '\r\n',
    content,
    '\r\n',
  ]);
  return Buffer.concat([...written, end].map((piece) => Buffer.from(piece)));
}

const send = (body: Buffer | Readable, headers: Record<string, string> = {}) =>
  app.call('POST', '/api/v1/things', {
    ...{ as: ann, body },
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}`, ...headers },
  });
const text = (name: string, content: string): Part => ({
  head: `Content-Disposition: form-data; name="${name}"\r\n`,
  content,
});

describe('an upload', () => {
  it('is received with the type it declares and what is said of it', async () => {
    const bytes = Buffer.alloc(100_000, 'x');
    const { status, body } = await send(form([text('kind', 'passport'), picture(bytes)]));
    const hash = createHash('sha256').update(bytes).digest('hex');
    expect([status, body]).toEqual([
      200,
      { declaredType: 'image/png', fields: { kind: 'passport' }, size: 100_000, hash },
    ]);
  });

  it('may hold its own boundary in pieces, and bytes of every kind', async () => {
    const bytes = Buffer.concat([
      Buffer.from(`\r\n--${boundary.slice(0, -1)}\r\n\r\n--`),
      Buffer.from([0, 255, 13, 10]),
    ]);
    expect((await send(form([picture(bytes)]))).body).toMatchObject({ size: bytes.length });
  });

  it.each<[string, number, string, Buffer | Readable, Record<string, string>?]>([
    ['that is JSON', 415, 'content-type-unsupported', Buffer.from('{}'), { 'content-type': 'application/json' }],
    ['without a type', 415, 'content-type-unsupported', form([picture()]), { 'content-type': '' }],
    ['that is compressed', 415, 'content-encoding-unsupported', form([picture()]), { 'content-encoding': 'gzip' }],
    ['without a boundary', 400, 'form-malformed', form([picture()]), { 'content-type': 'multipart/form-data; x=y' }],
    [
      'with another boundary',
      400,
      'form-malformed',
      form([picture()]),
      { 'content-type': 'multipart/form-data; boundary=b' },
    ],
    ['that is empty', 400, 'form-malformed', Buffer.alloc(0)],
    ['without an end', 400, 'form-malformed', form([picture()], '')],
    ['cut off in the headers of its part', 400, 'form-malformed', form([picture()]).subarray(0, 60)],
    ['without any part', 400, 'file-missing', form([])],
    ['with texts alone', 400, 'file-missing', form([text('kind', 'card')])],
    ['with an empty file', 400, 'file-empty', form([picture('')])],
    [
      'with a file of an undeclared type',
      415,
      'file-type-unsupported',
      form([{ ...picture(), type: 'image/svg+xml' }]),
    ],
    ['with a file that says no type', 415, 'file-type-unsupported', form([{ ...picture(), type: undefined }])],
    ['with a file that is too large', 413, 'file-too-large', form([picture(Buffer.alloc(100_001))])],
    ['that is too large', 413, 'body-too-large', form([picture(Buffer.alloc(170_000))])],
    [
      'that is too large, and does not say so',
      413,
      'file-too-large',
      Readable.from([form([picture(Buffer.alloc(170_000))])]),
    ],
    ['with two files', 400, 'part-unexpected', form([picture(), picture()])],
    ['with a file of another name', 400, 'part-unexpected', form([{ ...picture(), name: 'image' }])],
    ['with a part without a name', 400, 'part-unexpected', form([text('kind', 'card'), { content: 'x' }, picture()])],
    ['with an undeclared text', 400, 'part-unexpected', form([text('toString', 'x'), picture()])],
    ['with a text twice', 400, 'part-unexpected', form([text('kind', 'card'), text('kind', 'card'), picture()])],
    ['with a text after the file', 400, 'part-unexpected', form([picture(), text('kind', 'card')])],
    ['with a text the contract refuses', 400, 'body-invalid', form([text('kind', 'poem'), picture()])],
    ['with a text that is too long', 400, 'form-malformed', form([text('kind', 'x'.repeat(5_000)), picture()])],
    ['with a text no store can hold', 400, 'form-malformed', form([text('kind', 'a\0b'), picture()])],
    [
      'with a part of a great many headers',
      400,
      'part-unexpected',
      form([{ head: 'X: y\r\n'.repeat(5_000), content: '' }, text('kind', 'card'), picture()]),
    ],
    [
      'with a part of one endless header',
      400,
      'part-unexpected',
      form([{ head: `X: ${'y'.repeat(50_000)}\r\n`, content: '' }, text('kind', 'card'), picture()]),
    ],
    [
      'whose boundary repeats a thousand times',
      400,
      'part-unexpected',
      form(Array.from({ length: 1_000 }, () => text('kind', 'card'))),
    ],
  ])('%s is %d %s', async (_what, status, code, body, headers = {}) => {
    const answer = await send(body, headers);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(received).toEqual([]);
    expect((await send(form([picture()]))).status).toBe(200);
  });

  it('that the handler refuses is answered with its refusal, however much is still to come', async () => {
    failure = new Problem(415, 'picture-unsupported', 'Not that');
    const answer = await send(form([picture(Buffer.alloc(90_000))]));
    expect([answer.status, answer.body.code]).toEqual([415, 'picture-unsupported']);
  });

  it('that is cut off has been received by nobody', async () => {
    const { port, hostname } = new URL(app.url);
    const half = form([picture(Buffer.alloc(50_000))]).subarray(0, 20_000);
    const before = app.lines.length;
    await new Promise<void>((resolve) => {
      const socket = connect(Number(port), hostname, () => {
        socket.write(`POST /api/v1/things HTTP/1.1\r\nhost: a\r\ncontent-length: 50200\r\n\r\n`);
        socket.write(half, () => socket.destroy());
      });
      socket.on('close', () => resolve());
    });
    while (app.lines.length === before) await new Promise(setImmediate);
    expect(received).toEqual([]);
    expect((await send(form([picture()]))).status).toBe(200);
  });
});

describe('the command of an upload', () => {
  const key = { 'idempotency-key': 'key-1' };

  it('is the same for the same file and the same texts, and another for others', async () => {
    await send(form([picture('one')]), key);
    await send(form([picture('one')]), key);
    await send(form([picture('two')]), key);
    await send(form([text('kind', 'card'), picture('one')]), key);
    const [first, again, another, said] = seen;
    expect(new Set(seen.map(({ commandId }) => commandId)).size).toBe(1);
    expect(again!.commandHash).toBe(first!.commandHash);
    expect(first!.commandHash).toEqual(expect.any(String));
    expect(another!.commandHash).not.toBe(first!.commandHash);
    expect(said!.commandHash).not.toBe(first!.commandHash);
  });

  it('has no hash without a key', async () => {
    await send(form([picture()]));
    expect(seen[0]!.commandHash).toBeUndefined();
  });
});
