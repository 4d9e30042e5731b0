import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { problemOf } from '../bad-input/problem-of.js';
import { rawCall, type RawAnswer, type RawCall } from '../raw-call.js';

/** Who writes: one profile each, so that its stream is a ledger of its own. */
export interface Author {
  email: string;
  password: string;
  account?: string;
}

/** What one writer was told. Everything else that it could be told is a wrong answer and ends the run. */
export interface Writer {
  userId: string;
  accountId: string;
  token: () => string;
  /** Values whose change was acknowledged, in order. */
  acknowledged: string[];
  /** Codes of refusals that asked to try again, and `cut` for connections that broke. */
  troubles: string[];
}

export interface Writers {
  each: readonly Writer[];
  /** Resolves when every writer has that many more acknowledgements. @throws what a writer was told wrongly */
  progress: (more: number) => Promise<void>;
  /** Lets each finish its last write, so that nothing is unknown any more. */
  stop: () => Promise<void>;
}

const SignedIn = z.object({ access_token: z.string(), user_id: z.string(), account_id: z.string() });

/** Starts writers that change their profile without a pause, repeating each change by its key until it is acknowledged. */
export async function startWriters(api: string, authors: readonly Author[]): Promise<Writers> {
  let stopping = false;
  const started = await Promise.all(authors.map((author) => startWriter(api, author, () => stopping)));
  const ended = Promise.all(started.map(({ done }) => done));
  // A wrong answer is reported where somebody waits for progress or for the end; it must not end the process first.
  ended.catch(() => (stopping = true));
  const each = started.map(({ writer }) => writer);
  return {
    each,
    async progress(more) {
      const goals = each.map(({ acknowledged }) => acknowledged.length + more);
      const reached = async () => {
        while (!each.every(({ acknowledged }, index) => acknowledged.length >= goals[index]!)) await pause(10);
      };
      const wronged = ended.then(() => undefined);
      await Promise.race([reached(), wronged]);
    },
    async stop() {
      stopping = true;
      await ended;
    },
  };
}

async function startWriter(api: string, author: Author, stopping: () => boolean) {
  let session = await signIn(api, author);
  const { user_id: userId, account_id: accountId } = session;
  const writer: Writer = { userId, accountId, token: () => session.access_token, acknowledged: [], troubles: [] };

  async function write(value: string): Promise<void> {
    const key = randomUUID();
    for (;;) {
      const trouble = await attempt(value, key);
      if (trouble === undefined) break;
      if (trouble === 'token-expired') session = await signIn(api, author);
      writer.troubles.push(trouble);
      await pause(25);
    }
    writer.acknowledged.push(value);
  }

  /** @returns why it has to be tried again, or undefined when it is done */
  async function attempt(bio: string, key: string): Promise<string | undefined> {
    const headers = [
      ['authorization', `Bearer ${session.access_token}`],
      ['content-type', 'application/json'],
      ['idempotency-key', key],
    ] as const;
    const call = { method: 'PATCH', headers, body: JSON.stringify({ bio }) };
    const answer = await callUnlessCut(`${api}/users/profile`, call);
    if (answer === 'cut') return answer;
    return answer.status === 200 ? undefined : mayTryAgain(answer);
  }

  const done = (async () => {
    for (let n = 0; !stopping(); n += 1) await write(`${userId} ${n}`);
    // Whoever looks at what was written afterwards gets a token that does not end meanwhile.
    session = await signIn(api, author);
  })();
  return { writer, done };
}

function mayTryAgain(answer: RawAnswer): string {
  const { status, code, detail } = problemOf(answer);
  const isPassing = status === 503 || code === 'command-in-flight' || code === 'token-expired';
  if (!isPassing) throw new Error(`a writer was told ${status} ${code}: ${detail}`);
  return code;
}

/** Errors of the system have another Error as their class here, so they are known by their code. */
async function callUnlessCut(url: string, call: RawCall): Promise<RawAnswer | 'cut'> {
  try {
    return await rawCall(url, call);
  } catch (error) {
    if (!['ECONNREFUSED', 'ECONNRESET', 'EPIPE'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    return 'cut';
  }
}

async function signIn(api: string, { email, password, account }: Author): Promise<z.infer<typeof SignedIn>> {
  const body = JSON.stringify({ email, password, account });
  for (;;) {
    const call = { method: 'POST', headers: [['content-type', 'application/json']] as const, body };
    const answer = await callUnlessCut(`${api}/auth/login`, call);
    if (answer !== 'cut' && answer.status === 200) return SignedIn.parse(answer.json);
    if (answer !== 'cut') mayTryAgain(answer);
    await pause(100);
  }
}
