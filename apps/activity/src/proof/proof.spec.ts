import { AuditConsistency, AuditProof, type Checkpoint } from '@annals/contracts';
import { uuidv7 } from '@annals/event-store';
import { continues, entryHash, includes } from '@annals/ledger';
import { signedIn } from '@annals/testing';
import { auditPart } from '../audit/part.js';
import { checkpointPart } from '../checkpoint/part.js';
import { activityUnderTest } from '../testing/activity-service.js';
import { bytes, headOf, onceSigned, renamed, verifiedRound } from '../testing/proven.js';
import { checkpointCovering } from './signed-log.js';

const under = activityUnderTest([auditPart, checkpointPart]);
type Who = ReturnType<typeof signedIn>;
const get = (path: string, who: Who, seen = '') => under().get(path, who, seen);

async function newestId(who: Who, seen: string): Promise<string> {
  const { json } = await get('/audit-logs?limit=1', who, seen);
  return (json as { data: { id: string }[] }).data[0]!.id;
}

/** Makes an entry and has it signed. */
async function signedEntry(who: Who, name: string): Promise<AuditProof> {
  const id = await newestId(who, await renamed(under(), who, name));
  return AuditProof.parse((await onceSigned(() => get(`/audit-logs/${id}/proof`, who))).json);
}

describe('a proof of an entry', () => {
  it('needs nothing but itself and the key, and is there at once: the round is signed when it is asked for', async () => {
    const admin = signedIn('ADMIN');
    await renamed(under(), admin, 'Ada');
    const { entry, path, checkpoint, verifier } = await signedEntry(admin, 'Ada L.');
    const { hash, ...canonical } = entry as { hash: string; seq: number; prev_hash: string };
    expect(entryHash(canonical).toString('hex')).toBe(hash);
    verifiedRound(checkpoint, verifier);
    const { size, root } = headOf(checkpoint);
    expect(includes({ leaf: bytes(hash), index: canonical.seq, size, root, path: path.map(bytes) })).toBe(true);
  });

  it('shows sealed values as they are sealed, and nothing readable', async () => {
    const { entry } = await signedEntry(signedIn('ADMIN'), 'Canary Kanarienvogel');
    expect(JSON.stringify(entry)).not.toContain('Kanarienvogel');
    expect(entry).toMatchObject({ event_type: 'ProfileUpdated', v: 1, seq: 0 });
  });

  it('is of nobody else’s entries: another account, with the same person, finds nothing', async () => {
    const acme = signedIn('ADMIN');
    const globex = signedIn('ADMIN', { user_id: acme.user_id, session_id: acme.session_id });
    const theirs = (await signedEntry(globex, 'Globex')).entry as { id: string };
    await signedEntry(acme, 'Acme');
    const foreign = await get(`/audit-logs/${theirs.id}/proof`, acme);
    const unknown = await get(`/audit-logs/${uuidv7()}/proof`, acme);
    expect([foreign.status, foreign.json.code, foreign.json.detail]).toEqual([
      ...[404, 'audit-entry-unknown', unknown.json.detail],
    ]);
    const { data } = (await get('/audit-logs/checkpoints', acme)).json as { data: Checkpoint[] };
    expect(data.map(({ head }) => [head.log, head.size])).toEqual([[acme.account_id, 1]]);
  });

  it('is for later where nothing is signed in time, and says so', async () => {
    const { pool } = under().stores.database;
    const rounds = { until: () => Promise.resolve(false), stop: () => Promise.resolve() };
    await expect(checkpointCovering({ pool, rounds }, uuidv7(), 1)).rejects.toMatchObject({
      ...{ status: 409, code: 'not-yet-signed', headers: { 'retry-after': '10' } },
    });
  });

  it('of the log of no account is for super admins', async () => {
    const root = signedIn('ADMIN', { is_super_admin: true });
    const ada = signedIn('VIEWER', { account_id: null });
    const throttled = { type: 'SignInThrottled', data: { user_id: ada.user_id, failures: 5, row_id: uuidv7() } };
    const seen = await under().happened(ada, 'credential', ada.user_id!, [throttled]);
    const { json } = await get('/audit-logs?log=house&limit=1', root, seen);
    const { id } = (json as { data: { id: string }[] }).data[0]!;
    const proof = AuditProof.parse((await onceSigned(() => get(`/audit-logs/${id}/proof?log=house`, root))).json);
    verifiedRound(proof.checkpoint, proof.verifier);
    const routes = [
      `/audit-logs/${id}/proof`,
      '/audit-logs/checkpoints',
      '/audit-logs/consistency',
      '/audit-logs/export',
    ];
    for (const route of routes) {
      const refused = await get(
        `${route}?log=house${route.includes('consistency') ? '&from=1' : ''}`,
        signedIn('ADMIN'),
      );
      expect([route, refused.status, refused.json.code]).toEqual([route, 403, 'super-admin-required']);
    }
  });
});

describe('checkpoints', () => {
  it('are listed newest first, page by page, each to be verified with the key that comes along', async () => {
    const admin = signedIn('ADMIN');
    for (const name of ['A', 'B', 'C']) await signedEntry(admin, name);
    type Page = { data: Checkpoint[]; meta: { next_cursor: string | null }; verifier: string };
    const first = (await get('/audit-logs/checkpoints?limit=2', admin)).json as unknown as Page;
    const rest = (await get(`/audit-logs/checkpoints?limit=2&cursor=${first.meta.next_cursor}`, admin))
      .json as unknown as Page;
    const all = [...first.data, ...rest.data];
    expect(all.map(({ head }) => head.size)).toEqual([3, 2, 1]);
    expect(rest.meta.next_cursor).toBeNull();
    all.forEach((checkpoint) => verifiedRound(checkpoint, first.verifier));
  });

  it('of a log without entries are none', async () => {
    expect((await get('/audit-logs/checkpoints', signedIn('ADMIN'))).json).toMatchObject({ data: [] });
  });
});

describe('a proof of consistency', () => {
  const admin = signedIn('ADMIN');

  it('shows that the log only grew from one round to another', async () => {
    const first = await signedEntry(admin, 'A');
    for (const name of ['B', 'C']) await signedEntry(admin, name);
    const last = await signedEntry(admin, 'D');
    for (const to of ['', `&to=${last.checkpoint.round}`]) {
      const { json } = await get(`/audit-logs/consistency?from=${first.checkpoint.round}${to}`, admin);
      const { from, to: until, path, verifier } = AuditConsistency.parse(json);
      [from, until].forEach((checkpoint) => verifiedRound(checkpoint, verifier));
      expect([from.head.size, until.head.size]).toEqual([1, 4]);
      expect(continues({ before: headOf(from), after: headOf(until), path: path.map(bytes) })).toBe(true);
    }
  });

  it('is not made backwards, nor for rounds in which the log was not', async () => {
    const { json } = await get('/audit-logs/checkpoints', admin);
    const { round } = (json as { data: Checkpoint[] }).data.at(-1)!;
    for (const [query, who, status, code] of [
      [`from=${round}&to=${round - 1}`, admin, 400, 'rounds-reversed'],
      ['from=1000000', admin, 404, 'round-unknown'],
      [`from=${round}`, signedIn('ADMIN'), 404, 'round-unknown'],
      ['from=0', admin, 400, 'query-invalid'],
    ] as const) {
      const refused = await get(`/audit-logs/consistency?${query}`, who);
      expect([query, refused.status, refused.json.code]).toEqual([query, status, code]);
    }
  });
});

describe('proofs', () => {
  it('are for those who may see the log', async () => {
    const paths = [`/audit-logs/${uuidv7()}/proof`, '/audit-logs/checkpoints', '/audit-logs/export'];
    for (const path of [...paths, '/audit-logs/consistency?from=1']) {
      expect([path, (await get(path, signedIn('MANAGER'))).status]).toEqual([path, 403]);
    }
  });
});
