import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { verifyFiles } from '@annals/audit';
import { type AuditEntry, type Checkpoint } from '@annals/contracts';
import { runProjection } from '@annals/postgres';
import { signedIn, startTestDatabase } from '@annals/testing';
import { auditPart } from '../audit/part.js';
import { auditLog } from '../audit/projection.js';
import { checkpointPart } from '../checkpoint/part.js';
import { readStandings } from '../checkpoint/standings.js';
import { rangeRoots } from '../checkpoint/subtrees.js';
import { checkpointMigrations } from '../checkpoint/tables.js';
import { activityUnderTest } from '../testing/activity-service.js';
import { onceSigned, renamed } from '../testing/proven.js';

const under = activityUnderTest([auditPart, checkpointPart]);
type Who = ReturnType<typeof signedIn>;
const folder = mkdtempSync(join(tmpdir(), 'annals-export-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const caughtUp = () => Promise.all(under().runners.map((runner) => runner.caughtUp()));

async function exported(who: Who, query = ''): Promise<{ text: string; lines: Record<string, unknown>[] }> {
  const { status, text, headers } = await onceSigned(() => under().get(`/audit-logs/export${query}`, who));
  expect([status, headers.get('content-type')]).toEqual([200, 'application/x-ndjson']);
  const lines = text.trimEnd().split('\n');
  return { text, lines: lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

/** As `npm run audit -- verify` does, with everything there was to hold against the export when it was taken. */
async function verified(
  who: Who,
  text: string,
  over: { part?: boolean } = {},
): Promise<{ fine: boolean; told: string[] }> {
  const { json } = await under().get('/audit-logs/checkpoints', who);
  const { data, verifier } = json as unknown as { data: Checkpoint[]; verifier: string };
  const end = JSON.parse(text.trimEnd().split('\n').at(-1)!) as { checkpoint: Checkpoint | null };
  // By now a round may hold the entry that tells of the export itself.
  const then = data.filter(({ round }) => end.checkpoint !== null && round <= end.checkpoint.round);
  const [path, checkpoints] = [join(folder, 'export.ndjson'), join(folder, 'checkpoints.ndjson')];
  writeFileSync(path, text);
  writeFileSync(checkpoints, then.map((checkpoint) => `${JSON.stringify(checkpoint)}\n`).join(''));
  const told: string[] = [];
  const options = { export: path, checkpoints, keys: [verifier], log: who.account_id!, ...over };
  return { fine: await verifyFiles(options, (line) => told.push(line)), told };
}

/** Entries by somebody; `reader` can see them when this resolves. */
async function history(who: Who, names: readonly string[], reader = who): Promise<void> {
  let seen = '';
  for (const name of names) seen = await renamed(under(), who, name);
  await under().get('/audit-logs', reader, seen);
}

describe('an export of the audit log', () => {
  it('is verified offline, to the last entry, and by nothing of another account', async () => {
    const admin = signedIn('ADMIN');
    const other = signedIn('ADMIN', { user_id: admin.user_id, session_id: admin.session_id });
    await history(other, ['Globex']);
    await history(admin, ['A', 'B', 'C']);
    const { text, lines } = await exported(admin);
    expect(lines.slice(0, -1).map((line) => [line.account_id, line.seq])).toEqual(
      [0, 1, 2].map((seq) => [admin.account_id, seq]),
    );
    expect(text).not.toContain(other.account_id);
    const { fine, told } = await verified(admin, text);
    expect([fine, told]).toEqual([
      true,
      expect.arrayContaining(['proven    entries 0 to 2 are what was signed']) as string[],
    ]);
    const theirs = await exported(other);
    expect(await verified(admin, theirs.text)).toMatchObject({ fine: false });
    expect(await verified(admin, text.replace('ProfileUpdated', 'ProfileForged'))).toMatchObject({ fine: false });
  });

  it('is itself a fact in the log that it took', async () => {
    const admin = signedIn('ADMIN');
    await history(admin, ['A']);
    await exported(admin, '?from_seq=0&values=open');
    await caughtUp();
    const { lines } = await exported(admin);
    expect(lines.slice(0, -1).map(({ event_type }) => event_type)).toContain('ProfileUpdated');
    const { json } = await under().get('/audit-logs?event_type=AuditLogExported&sort_order=asc', admin);
    const [entry] = (json as unknown as { data: AuditEntry[] }).data;
    expect(entry).toMatchObject({
      ...{ entity: 'AuditLog', entity_id: admin.user_id, actor: { user_id: admin.user_id } },
      changes: { log: { new: admin.account_id }, from_seq: { new: 0 }, values: { new: 'open' } },
    });
  });

  it('of a part says what stands before and behind it', async () => {
    const admin = signedIn('ADMIN');
    await history(admin, ['A', 'B', 'C', 'D', 'E', 'F', 'G']);
    const { text, lines } = await exported(admin, '?from_seq=3&to_seq=5');
    expect(lines.slice(1, -1).map(({ seq }) => seq)).toEqual([3, 4, 5]);
    expect(await verified(admin, text, { part: true })).toMatchObject({ fine: true });
    expect(await verified(admin, text)).toMatchObject({ fine: false });
  });

  it('is refused for entries that are not there', async () => {
    const admin = signedIn('ADMIN');
    await history(admin, ['A']);
    for (const query of ['from_seq=7', 'from_seq=1&to_seq=0']) {
      const { status, json } = await onceSigned(() => under().get(`/audit-logs/export?${query}`, admin));
      expect([query, status, json.code]).toEqual([query, 400, 'range-empty']);
    }
  });

  it('of a log without entries is its last line, and that is no fault', async () => {
    const admin = signedIn('ADMIN');
    const { text, lines } = await exported(admin);
    expect(lines).toEqual([{ checkpoint: null, size: 0, path: [] }]);
    expect(await verified(admin, text)).toMatchObject({ fine: true });
  });

  it('is as good after a person was erased, and shows what was readable only while it is', async () => {
    const admin = signedIn('ADMIN');
    const member = signedIn('VIEWER', { account_id: admin.account_id });
    await history(member, ['Canary Kanarienvogel'], admin);
    const before = await exported(admin, '?values=open');
    expect(before.lines[0]).toMatchObject({ opened: { changes: { name: { new: 'Canary Kanarienvogel' } } } });
    expect((await exported(admin)).text).not.toContain('Kanarienvogel');
    await under().stores.keys.destroy(member.user_id!);
    const after = await exported(admin, '?values=open&to_seq=0');
    expect(after.lines[0]).toMatchObject({ opened: { changes: { name: { new: { erased: true } } } } });
    expect({ ...after.lines[0], opened: null }).toEqual({ ...before.lines[0], opened: null });
    expect(await verified(admin, (await exported(admin, '?values=open')).text)).toMatchObject({ fine: true });
  });

  it('has the roots of a log that is built anew from the event store', async () => {
    const admin = signedIn('ADMIN');
    await history(admin, ['A', 'B', 'C']);
    const { lines } = await exported(admin);
    const { head } = lines.at(-1)!.checkpoint as Checkpoint;
    const database = await startTestDatabase({
      ...{ service: 'activity', migrations: checkpointMigrations, projections: [auditLog] },
    });
    const runner = runProjection({ projection: auditLog, pool: database.pool, store: under().stores.store });
    await runner.caughtUp();
    await runner.stop();
    await caughtUp();
    const anew = new Map((await readStandings(database.pool)).map((one) => [one.log, one]));
    const now = await readStandings(under().stores.database.pool);
    for (const { log, root } of now) expect([log, anew.get(log)?.root]).toEqual([log, root]);
    const [signed] = await rangeRoots(database.pool, head.log, [{ start: 0, end: head.size }]);
    expect(signed!.toString('hex')).toBe(head.root);
    await database.stop();
  });
});
