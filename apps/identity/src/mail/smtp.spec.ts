import { randomUUID } from 'node:crypto';
import type { AddressInfo, Socket } from 'node:net';
import { parkedEvents, runReactor } from '@annals/postgres';
import { startTestStores, until } from '@annals/testing';
import { SMTPServer } from 'smtp-server';
import { sendVerification } from '../reactors/send-verification.js';
import { identityUnderTest, storeOptions, type IdentityService } from '../testing/identity-service.js';
import { smtpMailer } from './smtp-mailer.js';

// What waits for a retry waits twice as long each time: longer still where much else is going on.
jest.setTimeout(180_000);
const limitMs = 60_000;

const from = 'Annals <no-reply@annals.test>';

interface Received {
  from: string;
  to: string[];
  /** Of each header its name in lower case, and its text in one line. */
  headers: Record<string, string>;
  text: string;
}

/** A mail server of its own for a test. */
interface MailServer {
  url: string;
  received: Received[];
  /** Mails that were refused before they were taken. */
  refused: number;
  /** How many of the next mails are refused, for now. */
  refuseNext: number;
  /** While it is true, every connection is cut at once. */
  away: boolean;
  stop(): Promise<void>;
}

async function startMailServer(): Promise<MailServer> {
  const server = new SMTPServer({
    authOptional: true,
    disableReverseLookup: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, { envelope }, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        if (mails.refuseNext > 0) {
          mails.refuseNext -= 1;
          mails.refused += 1;
          done(Object.assign(new Error('try again later'), { responseCode: 451 }));
          return;
        }
        const sender = envelope.mailFrom === false ? '' : envelope.mailFrom.address;
        const to = envelope.rcptTo.map(({ address }) => address);
        mails.received.push({ from: sender, to, ...read(Buffer.concat(chunks).toString('utf8')) });
        done();
      });
    },
  });
  server.on('error', () => undefined);
  server.server.prependListener('connection', (socket: Socket) => {
    if (mails.away) socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const address = server.server.address() as AddressInfo;
  const mails: MailServer = {
    ...{ url: `smtp://127.0.0.1:${address.port}`, received: [], refused: 0, refuseNext: 0, away: false },
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
  return mails;
}

function read(source: string): Pick<Received, 'headers' | 'text'> {
  const end = source.indexOf('\r\n\r\n');
  const lines = source
    .slice(0, end)
    .replace(/\r\n[ \t]+/g, ' ')
    .split('\r\n');
  const headers = lines.map((line) => [
    line.slice(0, line.indexOf(':')).toLowerCase(),
    line.slice(line.indexOf(':') + 1).trim(),
  ]);
  return { headers: Object.fromEntries(headers) as Record<string, string>, text: source.slice(end + 4) };
}

describe('mail by SMTP', () => {
  let server: MailServer;
  beforeEach(async () => {
    server = await startMailServer();
  });
  afterEach(() => server.stop());
  const mail = { id: 'one', to: 'ada@example.test', subject: 'Verify your address', text: 'Code: abc\n' };

  it('is handed to the server whole, with an id of its own', async () => {
    await smtpMailer(server.url, from).send({ ...mail, text: 'Grüße!\n.\nCode: abc\n' });
    const [got] = server.received;
    expect(got).toMatchObject({ from: 'no-reply@annals.test', to: ['ada@example.test'] });
    expect(got!.headers).toMatchObject({
      ...{ from, to: 'ada@example.test', subject: 'Verify your address', 'message-id': '<one@annals>' },
    });
    const quoted = got!.headers['content-transfer-encoding'] === 'quoted-printable';
    expect(quoted ? got!.text : Buffer.from(got!.text, 'base64').toString()).toContain('\n.');
    expect(got!.text).toContain('Code: abc');
  });

  it.each([
    ['a line break', 'Ada\r\nBcc: eve@example.test\r\n\r\nbuy this'],
    ['a bare line feed', 'Ada\nBcc: eve@example.test\nX-Evil: yes'],
    ['a bare carriage return', 'Ada\rBcc: eve@example.test'],
  ])('lets no name in a subject write headers: %s', async (_, name) => {
    await smtpMailer(server.url, from).send({ ...mail, subject: `${name} invites you` });
    const [got] = server.received;
    expect(got!.to).toEqual(['ada@example.test']);
    expect(got!.headers).not.toHaveProperty('bcc');
    expect(got!.headers).not.toHaveProperty('x-evil');
    expect(got!.text).toBe('Code: abc\r\n');
  });

  it.each([
    'ada@example.test, eve@example.test',
    'ada@example.test\r\nRCPT TO:<eve@example.test>',
    'Eve <eve@example.test>',
  ])('never goes to anybody besides the one address: %j', async (to) => {
    await smtpMailer(server.url, from)
      .send({ ...mail, to })
      .catch(() => undefined);
    expect(server.received.flatMap((got) => got.to)).not.toContain('eve@example.test');
  });

  it('fails aloud when the server refuses it', async () => {
    server.refuseNext = 1;
    const mailer = smtpMailer(server.url, from);
    await expect(mailer.send(mail)).rejects.toThrow('try again later');
    await mailer.send(mail);
    expect(server.received).toHaveLength(1);
  });

  it('fails aloud when the server is away', async () => {
    await expect(smtpMailer('smtp://127.0.0.1:1', from).send(mail)).rejects.toThrow();
  });
});

describe('a mail that cannot be sent', () => {
  const { service: started } = identityUnderTest(() => startTestStores(storeOptions));
  let service: IdentityService;
  beforeAll(() => {
    service = started();
  });
  const retry = { triesBeforeParking: 2, firstDelayMs: 1, firstParkedDelayMs: 20 };
  const register = async () => {
    const email = `${randomUUID()}@example.test`;
    const body = { email, password: 'correct horse battery staple', name: 'Ada' };
    expect((await service.call('POST', '/auth/register', { body })).status).toBe(202);
    return email;
  };

  /** The reactor as it runs in a service that has a mail server. */
  function sendBy(url: string, name: string) {
    const { identity } = service;
    const { pool, store } = identity;
    const reactor = { ...sendVerification(identity, smtpMailer(url, from), 'https://annals.test'), name };
    return runReactor({ reactor, pool, store, retry });
  }

  it('is tried again until the server takes it, and holds nobody else’s up', async () => {
    const server = await startMailServer();
    const runner = sendBy(server.url, 'send-verification-refused');
    await runner.caughtUp();
    server.refuseNext = 6;
    const [ada, bob] = [await register(), await register()];
    await until('both mails arrived', () => server.received.length === 2, limitMs);
    await runner.caughtUp();
    expect(server.received.map(({ to }) => to[0]).sort()).toEqual([ada, bob].sort());
    expect(server.refused).toBe(6);
    await until('nothing waits any more', async () => runner.status().parked_streams === 0, limitMs);
    await runner.stop();
    await server.stop();
  });

  it('waits while the server is away, and goes out once it is back, once', async () => {
    const server = await startMailServer();
    // Its port stays its own: a closed one could be somebody else's by the time it is back.
    server.away = true;
    const runner = sendBy(server.url, 'send-verification-away');
    const email = await register();
    const { pool } = service.identity;
    const waiting = () => parkedEvents(pool, 'send-verification-away');
    await until('the mail is parked', async () => (await waiting()).length > 0, limitMs);
    server.away = false;
    const mine = () => server.received.filter(({ to }) => to[0] === email);
    await until('the mail arrived', () => mine().length > 0, limitMs);
    await until('nothing waits any more', async () => (await waiting()).length === 0, limitMs);
    expect(mine()).toHaveLength(1);
    await runner.stop();
    await server.stop();
  });
});
