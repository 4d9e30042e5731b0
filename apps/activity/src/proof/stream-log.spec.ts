import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { createPool } from '@annals/postgres';
import { type Response } from '@annals/service';
import { testDatabase, until } from '@annals/testing';
import { auditTable } from '../audit/audit-table.js';
import { auditLog } from '../audit/projection.js';
import { signRound } from '../checkpoint/sign-round.js';
import { checkpointAt } from '../checkpoint/stored-checkpoints.js';
import { checkpointMigrations } from '../checkpoint/tables.js';
import { acme, auditSigner, entriesIn, happen } from '../testing/audit-life.js';
import { streamLog, type LogPart } from './stream-log.js';

const entries = 20_000;

describe('an export of a long log', () => {
  const database = testDatabase({ service: 'activity', migrations: checkpointMigrations, projections: [auditLog] });
  let pages = 0;

  /** The whole log; pages that are read are counted. */
  async function part(): Promise<LogPart> {
    const { pool } = database();
    const counted: typeof pool = {
      ...pool,
      withConnection: (use) => {
        pages += 1;
        return pool.withConnection(use);
      },
    };
    const checkpoint = (await checkpointAt(pool, acme, null))!;
    const store = { openField: () => Promise.reject(new Error('nothing is opened')) };
    return { pool: counted, store, log: acme, start: 0, end: entries, checkpoint, opened: false };
  }

  /** Serves one export. @returns what the client gets, and how the writing ended */
  async function served() {
    const writing = Promise.withResolvers<{ res: ServerResponse; done: Promise<unknown> }>();
    const server = createServer((_, res) => {
      const done = part().then((whole) => streamLog(whole, res as Response));
      writing.resolve({ res, done: done.finally(() => res.end()).catch((error: unknown) => error) });
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const asked = get({ port, host: '127.0.0.1' });
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    return { answer, server, ...(await writing.promise) };
  }

  beforeAll(async () => {
    const { pool } = database();
    const life = entriesIn(Array.from({ length: entries }, () => acme));
    for (let from = 0; from < entries; from += 2_000) await happen(pool, life.slice(from, from + 2_000));
    await signRound(pool, { signer: auditSigner(), now: new Date('2026-03-01T12:00:00.000Z'), thorough: true });
  }, 180_000);

  it('stops reading while the client does not take it, and for good when the client goes away', async () => {
    const { answer, server, res, done } = await served();
    await until('nothing more can be written', () => res.writableNeedDrain);
    const whileWaiting = pages;
    expect(whileWaiting).toBeLessThan(entries / 500);
    answer.destroy();
    await done;
    expect(pages).toBeLessThanOrEqual(whileWaiting + 2);
    server.close();
  });

  it('is whole, and ends with the checkpoint', async () => {
    const { answer, server, done } = await served();
    let text = '';
    for await (const chunk of answer.setEncoding('utf8')) text += chunk as string;
    expect(await done).toBeUndefined();
    const lines = text.trimEnd().split('\n');
    expect(lines).toHaveLength(entries + 1);
    expect(JSON.parse(lines.at(-1)!)).toMatchObject({ size: entries, checkpoint: { head: { size: entries } } });
    server.close();
  });

  it('has the hash of what retention removed, and is cut off where not even that is there', async () => {
    const owner = createPool({ url: database().superuserUrl, applicationName: 'test', max: 1 });
    await owner.query(
      `with removed as (delete from ${auditTable} where account_id = $1 and seq in (3, 700) returning *)
       insert into public.kept_leaves (log, seq, event_id, hash) select account_id, seq, id, hash from removed`,
      [acme],
    );
    const held = await served();
    let text = '';
    for await (const chunk of held.answer.setEncoding('utf8')) text += chunk as string;
    const lines = text.trimEnd().split('\n');
    expect(JSON.parse(lines[3]!)).toEqual({
      gone: { seq: 3, hash: expect.stringMatching(/^[0-9a-f]{64}$/) as string },
    });
    expect(lines).toHaveLength(entries + 1);
    await owner.query('delete from public.kept_leaves where seq = $1', [700]);
    const cut = await served();
    cut.answer.resume();
    expect(await cut.done).toMatchObject({ message: `The log ${acme} has neither entry 700 nor its hash` });
    await owner.end();
    held.server.close();
    cut.server.close();
  });
});
