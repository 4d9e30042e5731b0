import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { status } from '@grpc/grpc-js';
import { type EventData, type EventStoreDBClient } from '@eventstore/db-client';
import { collect, connect, event, newStream } from './conformance/target.js';
import { createPool, withTransaction } from '@annals/postgres';
import { freePort } from '@annals/embedded-postgres';
import { type ThrowAwayPostgres, throwAwayPostgres } from './throw-away-postgres.js';

const program = join(__dirname, '../dist/main.js');

/** The node as the process it is in the stack. */
async function startProcess(env: Record<string, string>) {
  const child = spawn(process.execPath, [program], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  const errors: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => errors.push(line));
  const output = createInterface({ input: child.stdout });
  const said = (text: string) =>
    new Promise<void>((resolve, reject) => {
      if (lines.some((line) => line.includes(text))) return resolve();
      output.on('line', (line) => {
        if (line.includes(text)) resolve();
      });
      child.on('exit', () => {
        reject(new Error(`The node ended: ${errors.join(' ')}`));
      });
    });
  output.on('line', (line) => lines.push(line));
  return { child, lines, errors, said };
}

/** Also what it said last has arrived then. */
const ended = (child: ChildProcess) => once(child, 'close');

async function kill(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  child.kill(signal);
  await ended(child);
  return child.exitCode;
}

describe('the process', () => {
  test('says what it is, and ends cleanly when told to', async () => {
    const { child, lines, said } = await startProcess({ EVENT_NODE_STORE: 'memory', EVENT_NODE_PORT: '0' });
    await said('listening on esdb://127.0.0.1:');
    expect(lines.join('\n')).toMatch(/single-machine event store/);
    expect(await kill(child, 'SIGTERM')).toBe(0);
    expect(lines.at(-1)).toBe('Event node stopped.');
  });

  test('that finds its port taken says so and what to do', async () => {
    const first = await startProcess({ EVENT_NODE_STORE: 'memory', EVENT_NODE_PORT: '0' });
    await first.said('listening on');
    const port = first.lines.join().match(/127\.0\.0\.1:(\d+)/)?.[1] ?? '';
    const second = await startProcess({ EVENT_NODE_STORE: 'memory', EVENT_NODE_PORT: port });
    await ended(second.child);
    expect(second.child.exitCode).toBe(1);
    expect(second.errors.join()).toMatch(/port is taken.*EVENT_NODE_PORT/);
    await kill(first.child, 'SIGTERM');
  });

  test.each([
    [{ EVENT_NODE_STORE: 'postgres', EVENT_NODE_DATABASE_URL: '' }, /EVENT_NODE_DATABASE_URL/],
    [{ EVENT_NODE_STORE: 'paper' }, /EVENT_NODE_STORE/],
    [{ EVENT_NODE_STORE: 'memory', EVENT_NODE_PORT: 'many' }, /EVENT_NODE_PORT/],
  ])('with %j names the variable that is wrong', async (env, expected) => {
    const { child, errors } = await startProcess(env);
    await ended(child);
    expect(child.exitCode).toBe(1);
    expect(errors.join()).toMatch(expected);
  });
});

const writers = 32;

/** The client may wait for ever on a call that broke while it was being written to; a caller needs a limit of its own. */
function orGiveUp<T>(promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(Object.assign(new Error('no answer'), { type: 'unknown' }));
    }, 5_000);
    promise.then(resolve, reject).finally(() => {
      clearTimeout(timer);
    });
  });
}

/** Everything else would be a wrong answer: the ids and revisions of a retry are right by construction. */
function isTransient(error: unknown): boolean {
  const { type, code } = error as { type?: string; code?: number };
  // The client asks for the server's features first, and passes that call's errors on as they are.
  if (type === undefined) return code === status.UNAVAILABLE || code === status.CANCELLED;
  return ['unavailable', 'cancelled', 'deadline-exceeded', 'unknown'].includes(type);
}

/** One writer: its own stream, one event after the other, each repeated by id until it is acknowledged. */
function writeUntil(client: EventStoreDBClient, stop: () => boolean) {
  const stream = newStream('crash');
  const acknowledged: string[] = [];
  let retries = 0;
  async function append(one: EventData): Promise<void> {
    const expectedRevision = acknowledged.length === 0 ? 'no_stream' : BigInt(acknowledged.length - 1);
    for (;;) {
      try {
        await orGiveUp(client.appendToStream(stream, one, { expectedRevision, deadline: 2_000 }));
        acknowledged.push(one.id);
        return;
      } catch (error) {
        if (!isTransient(error)) throw error;
        retries += 1;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  }
  const done = (async () => {
    while (!stop()) await append(event());
  })();
  return { stream, acknowledged, done, retries: () => retries };
}

/** Runs the writers through some trouble and checks every stream and `$all` afterwards. */
async function underWriters(client: EventStoreDBClient, trouble: (progress: () => Promise<void>) => Promise<void>) {
  let stopping = false;
  const running = Array.from({ length: writers }, () => writeUntil(client, () => stopping));
  const total = () => running.reduce((sum, { acknowledged }) => sum + acknowledged.length, 0);
  /** Resolves when some hundred more events are acknowledged. */
  const progress = async () => {
    const goal = total() + 300;
    while (total() < goal) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  const ended = Promise.all(running.map(({ done }) => done));
  // A writer that got a wrong answer ends the trouble at once.
  await Promise.race([trouble(progress), ended]);
  stopping = true;
  await ended;

  const all = (await collect(client.readAll())).filter(({ event: e }) => e?.streamId.startsWith('crash-'));
  expect(all).toHaveLength(total());
  const positions = all.map(({ event: e }) => e?.position?.commit ?? 0n);
  expect(positions.every((position, index) => index === 0 || position > (positions[index - 1] ?? 0n))).toBe(true);
  for (const { stream, acknowledged } of running) {
    const read = await collect(client.readStream(stream));
    // In order, each once, without a gap, none more than was acknowledged.
    expect(read.map(({ event: e }) => e?.id)).toEqual(acknowledged);
    expect(read.map(({ event: e }) => e?.revision)).toEqual(acknowledged.map((_, n) => BigInt(n)));
  }
  const retries = running.reduce((sum, writer) => sum + writer.retries(), 0);
  process.stdout.write(`${total().toString()} events acknowledged, ${retries.toString()} retries\n`);
}

describe('under 32 writers', () => {
  let postgres: ThrowAwayPostgres;
  let env: Record<string, string>;
  let port: number;

  beforeAll(async () => {
    postgres = await throwAwayPostgres(true);
    port = await freePort();
  });
  beforeEach(async () => {
    env = {
      EVENT_NODE_STORE: 'postgres',
      EVENT_NODE_DATABASE_URL: await postgres.database(),
      EVENT_NODE_PORT: port.toString(),
    };
  });
  afterAll(() => postgres.stop());

  test('a node killed four times loses nothing it acknowledged, leaves no gap and writes nothing twice', async () => {
    let node = await startProcess(env);
    await node.said('listening');
    const client = connect(`esdb://127.0.0.1:${port.toString()}?tls=false`);
    await underWriters(client, async (progress) => {
      for (let n = 0; n < 4; n += 1) {
        await progress();
        await kill(node.child, 'SIGKILL');
        node = await startProcess(env);
        await node.said('listening');
      }
      await progress();
    });
    await client.dispose();
    await kill(node.child, 'SIGTERM');
  }, 240_000);

  test('a killed PostgreSQL loses nothing either, and the node goes on without a restart', async () => {
    const node = await startProcess(env);
    await node.said('listening');
    const client = connect(`esdb://127.0.0.1:${port.toString()}?tls=false`);
    await underWriters(client, async (progress) => {
      await progress();
      process.kill(postgres.pid(), 'SIGKILL');
      await node.said('The store is lost');
      await postgres.restart();
      await node.said('The store is back');
      await progress();
    });
    await client.dispose();
    expect(await kill(node.child, 'SIGTERM')).toBe(0);
  }, 240_000);

  test('a PostgreSQL that keeps the writer waiting lets appends run into their deadline, and nothing is lost or doubled', async () => {
    const node = await startProcess(env);
    await node.said('listening');
    const client = connect(`esdb://127.0.0.1:${port.toString()}?tls=false`);
    await underWriters(client, async (progress) => {
      await progress();
      const admin = createPool({ url: env['EVENT_NODE_DATABASE_URL'] ?? '', max: 1, applicationName: 'faults' });
      await withTransaction(admin, async (tx) => {
        await tx.query('lock table events in exclusive mode');
        const late = client.appendToStream(newStream('late'), event(), { expectedRevision: 'any', deadline: 500 });
        await expect(late).rejects.toMatchObject({ type: 'deadline-exceeded' });
      });
      await admin.end();
      await progress();
    });
    await client.dispose();
    await kill(node.child, 'SIGTERM');
  }, 240_000);
});
