import { randomUUID } from 'node:crypto';
import { serviceIdentity } from '@annals/auth';
import {
  ImportMembersAsk,
  ImportProfilesAsk,
  Problem,
  type ImportedMember,
  type ImportedMemberAnswer,
  type RowProblem,
} from '@annals/contracts';
import { derivedId } from '@annals/event-store';
import type { InternalCall, InternalClient } from '@annals/service';
import { requestContext } from '@annals/testing';
import type { ImportRow } from '../row.js';
import type { ApplyJob, ApplyParts } from './apply-batch.js';
import { applyRows, nothingApplied, type Applied, type AppliedBatch } from './apply-rows.js';
import { worthTelling } from './progress.js';

const account = randomUUID();
const ada = randomUUID();
const import_id = randomUUID();

/** The two services as an import sees them: they remember what they made, and make nothing twice. */
function services() {
  const people = new Map<string, number>();
  const documents = new Map<string, number>();
  const calls: InternalCall[] = [];
  /** What the next calls end with; `after` it was done, as when an answer is lost. */
  const failures: { when: 'before' | 'after'; error: Error }[] = [];
  const refused = new Map<string, ImportedMemberAnswer['refusals'][number]>();

  const client = (answer: (body: unknown) => unknown): InternalClient => ({
    async call(call) {
      calls.push(call);
      const failure = failures.shift();
      if (failure?.when === 'before') throw failure.error;
      const body = answer(call.body);
      if (failure) throw failure.error;
      return { status: 200, headers: {}, body };
    },
    stream: () => Promise.reject(new Error('nothing is streamed')),
    close: async () => undefined,
  });
  const identity = client((body) => ({
    rows: ImportMembersAsk.parse(body).rows.map(({ row, email }) => {
      const refusal = refused.get(email);
      if (refusal) return { row, outcome: 'refused', user_id: null, refusals: [refusal] };
      if (email.startsWith('known')) return { row, outcome: 'unchanged', user_id: null, refusals: [] };
      const user_id = derivedId(import_id, `person ${row}`);
      people.set(user_id, (people.get(user_id) ?? 0) + 1);
      return { row, outcome: email.startsWith('again') ? 'unchanged' : 'created', user_id, refusals: [] };
    }),
  }));
  const profile = client((body) => ({
    rows: ImportProfilesAsk.parse(body).rows.map(({ row, user_id, profile }) => {
      documents.set(user_id, row);
      const taken = profile?.handle === 'taken';
      const refusals = taken ? [{ field: 'profile.handle', code: 'handle-taken', detail: 'is taken' }] : [];
      return { row, outcome: profile?.name === 'same' ? 'unchanged' : 'written', refusals };
    }),
  }));
  return { parts: { identity, profile, pauses: [0, 0] } as ApplyParts, people, documents, calls, failures, refused };
}

const job = (over: Partial<ApplyJob> = {}): ApplyJob => ({
  asker: { ...serviceIdentity('svc:export', { accountId: account, userId: ada }), user_id: ada },
  ...{ import_id, request: requestContext(), notify: false, overwrite: false, on_error: 'skip' },
  signal: new AbortController().signal,
  ...over,
});
const member = (row: number, over: Partial<ImportedMember> = {}): ImportRow<ImportedMember> => ({
  row,
  value: { email: `p${row}@example.test`, name: `Person ${row}`, profile: { bio: 'x' }, ...over },
});
const members = (count: number) => Array.from({ length: count }, (_, at) => member(at + 1));
async function* read<T>(rows: readonly T[]): AsyncGenerator<T> {
  yield* rows;
}
const file = (rows: readonly (ImportRow<ImportedMember> | RowProblem)[]) =>
  ({ kind: 'members', rows: read(rows) }) as const;
const away = () => new Problem(503, 'service-unreachable', 'away');
const goOn = () => Promise.resolve(true);

describe('applying the rows of a file', () => {
  it('goes by batches, tells of each before the next begins, and counts every row once', async () => {
    const { parts, calls } = services();
    const told: AppliedBatch[] = [];
    const done = await applyRows(parts, job(), file(members(250)), nothingApplied, async (batch) => {
      told.push(batch);
      return true;
    });
    expect(told.map((batch) => [batch.applied_to_row, batch.outcomes.created])).toEqual([
      [100, 100],
      [200, 200],
      [250, 250],
    ]);
    expect(done).toEqual({ applied_to_row: 250, outcomes: { ...nothingApplied.outcomes, created: 250 } });
    expect(calls.map(({ path }) => path.split('/').at(-1))).toEqual(Array(3).fill(['members', 'profiles']).flat());
  });

  it('works for the person who asked and with no right of its own', async () => {
    const { parts, calls } = services();
    await applyRows(parts, job(), file(members(1)), nothingApplied, goOn);
    for (const { identity } of calls) {
      expect(identity).toMatchObject({ principal: 'svc:export', user_id: ada, account_id: account, permissions: [] });
    }
  });

  it('keeps batches of long rows small enough for one body', async () => {
    const { parts, calls } = services();
    const long = members(120).map(({ row }) => member(row, { profile: { bio: '漢'.repeat(2000) }, name: 'x' }));
    const heavy = long.map((one) => ({
      ...one,
      value: { ...one.value, roles: Array<string>(20).fill('é'.repeat(100)) },
    }));
    await applyRows(parts, job(), file(heavy), nothingApplied, goOn);
    for (const { body } of calls) expect(Buffer.byteLength(JSON.stringify(body))).toBeLessThan(1_000_000);
  });

  it('passes over rows with problems, which the validation has reported', async () => {
    const { parts, people } = services();
    const problem: RowProblem = { row: 2, field: 'email', code: 'invalid-format', detail: 'is no address' };
    const done = await applyRows(parts, job(), file([member(1), problem, member(3)]), nothingApplied, goOn);
    expect([people.size, done.applied_to_row]).toEqual([2, 3]);
  });

  it('writes about those alone whom an import made known, and about nobody where nothing is said', async () => {
    const { parts, documents } = services();
    const rows = [member(1, { email: 'known@example.test' }), member(2), member(3, { profile: null })];
    const done = await applyRows(parts, job(), file(rows), nothingApplied, goOn);
    expect([...documents.values()]).toEqual([2]);
    expect(done.outcomes).toMatchObject({ created: 2, unchanged: 1 });
  });

  it('counts who was there as changed when what is said of them was written', async () => {
    const { parts } = services();
    const rows = [
      member(1, { email: 'again1@example.test' }),
      member(2, { email: 'again2@example.test', profile: { name: 'same' } }),
    ];
    const { outcomes } = await applyRows(parts, job({ overwrite: true }), file(rows), nothingApplied, goOn);
    expect(outcomes).toEqual({ ...nothingApplied.outcomes, changed: 1, unchanged: 1 });
  });

  it('reports what was refused with its row, and never what it said', async () => {
    const { parts, refused } = services();
    refused.set('p2@example.test', { field: 'email', code: 'email-taken', detail: 'is somebody’s already' });
    const rows = [member(1, { profile: { handle: 'taken' } }), member(2)];
    const problems: RowProblem[] = [];
    const { outcomes } = await applyRows(parts, job(), file(rows), nothingApplied, async (batch) => {
      problems.push(...batch.problems);
      return true;
    });
    expect(outcomes).toMatchObject({ created: 1, refused: 1 });
    expect(problems).toEqual([
      { row: 1, field: 'profile.handle', code: 'handle-taken', detail: 'is taken' },
      { row: 2, field: 'email', code: 'email-taken', detail: 'is somebody’s already' },
    ]);
  });

  it('ends with the first batch that has a refusal when it is to stop there, after telling of it', async () => {
    const { parts, refused, people } = services();
    refused.set('p150@example.test', { field: null, code: 'subject-erased', detail: 'was erased' });
    const told: Applied[] = [];
    const applying = applyRows(parts, job({ on_error: 'stop' }), file(members(300)), nothingApplied, async (batch) => {
      told.push(batch);
      return true;
    });
    await expect(applying).rejects.toMatchObject({ status: 409, code: 'rows-refused' });
    expect([told.at(-1)!.applied_to_row, people.size]).toEqual([200, 199]);
  });

  it('ends between two batches when it is cancelled; what is applied stays', async () => {
    const { parts, people } = services();
    const done = await applyRows(parts, job(), file(members(500)), nothingApplied, async ({ applied_to_row }) => {
      return applied_to_row < 200;
    });
    expect([done.applied_to_row, people.size]).toEqual([200, 200]);
  });

  it('ends when its process is to stop', async () => {
    const { parts, people } = services();
    const stopping = new AbortController();
    const applying = applyRows(
      parts,
      job({ signal: stopping.signal }),
      file(members(500)),
      nothingApplied,
      async () => {
        stopping.abort(new Error('stopping'));
        return true;
      },
    );
    await expect(applying).rejects.toThrow('stopping');
    expect(people.size).toBe(100);
  });
});

describe('an import whose worker dies', () => {
  const total = 450;
  const batches = Math.ceil(total / 100);
  const cuts = Array.from({ length: batches * 2 }, (_, call) => call);

  it.each(cuts.flatMap((call) => [[call, 'before'] as const, [call, 'after'] as const]))(
    'at call %i, %s it was carried out, loses and doubles nobody, also when progress is told of rarely',
    async (call, when) => {
      for (const toldEvery of [1, 3]) {
        const { parts, people, documents, failures } = services();
        const dead = new Error('killed');
        failures.push(...Array.from({ length: call }, () => undefined as never), { when, error: dead });
        let last: Applied = nothingApplied;
        let batchesDone = 0;
        const remember = async (batch: AppliedBatch) => {
          batchesDone += 1;
          if (batchesDone % toldEvery === 0) last = batch;
          return true;
        };
        await expect(applyRows(parts, job(), file(members(total)), nothingApplied, remember)).rejects.toBe(dead);
        const done = await applyRows(parts, job(), file(members(total)), last, remember);
        expect(done).toEqual({ applied_to_row: total, outcomes: { ...nothingApplied.outcomes, created: total } });
        expect([people.size, documents.size]).toEqual([total, total]);
      }
    },
  );
});

describe('a service that is away', () => {
  it('is asked again, and nothing is refused for it', async () => {
    const { parts, failures, people } = services();
    failures.push({ when: 'before', error: away() }, { when: 'after', error: away() });
    const done = await applyRows(parts, job(), file(members(3)), nothingApplied, goOn);
    expect([done.outcomes.created, done.outcomes.refused, people.size]).toEqual([3, 0, 3]);
  });

  it('for longer than that ends the work for now, with what it said', async () => {
    const { parts, failures } = services();
    failures.push(...Array.from({ length: 3 }, () => ({ when: 'before' as const, error: away() })));
    await expect(applyRows(parts, job(), file(members(3)), nothingApplied, goOn)).rejects.toMatchObject({
      status: 503,
    });
  });

  it('or too busy is told from one that says no: rights that are gone end the import at once', async () => {
    const { parts, failures, calls } = services();
    failures.push({ when: 'before', error: new Problem(403, 'permission-required', 'Missing permission') });
    await expect(applyRows(parts, job(), file(members(3)), nothingApplied, goOn)).rejects.toMatchObject({
      code: 'permission-required',
    });
    expect(calls).toHaveLength(1);
  });
});

describe('what somebody brings along about themselves', () => {
  it('is written about them and nobody else', async () => {
    const { parts, documents, calls } = services();
    const rows = [{ row: 1, value: { profile: { bio: 'Mine' }, privacy: { searchable: false }, preferences: null } }];
    const done = await applyRows(parts, job(), { kind: 'self', rows: read(rows) }, nothingApplied, goOn);
    expect(done).toEqual({ applied_to_row: 1, outcomes: { ...nothingApplied.outcomes, changed: 1 } });
    expect([[...documents.keys()], calls.length]).toEqual([[ada], 1]);
  });
});

describe('progress', () => {
  const at = (applied_to_row: number, ms: number) => ({ ...nothingApplied, applied_to_row, at: ms });

  it.each([
    ['a thousand rows, however fast', at(0, 0), at(1000, 1), true],
    ['five seconds where it is slow', at(0, 0), at(100, 5000), true],
    ['neither', at(0, 0), at(900, 4999), false],
    ['less than a batch, however slow', at(0, 0), at(99, 60_000), false],
  ])('is worth an entry after %s', (_, last, now, worth) => expect(worthTelling(last, now)).toBe(worth));
});
