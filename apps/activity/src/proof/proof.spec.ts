import {
  AuditConsistency,
  AuditProof,
  Checkpoint,
  type CurrentUserContext,
  type ProfileEvent,
} from '@annals/contracts';
import { uuidv7 } from '@annals/event-store';
import { continues, entryHash, headLeaf, includes, openNote, parseRound, parseVerifier } from '@annals/ledger';
import { signedIn } from '@annals/testing';
import { auditPart } from '../audit/part.js';
import { checkpointPart } from '../checkpoint/part.js';
import { activityUnderTest } from '../testing/activity-service.js';

const under = activityUnderTest([auditPart, checkpointPart]);
const get = (path: string, who: CurrentUserContext, seen = '') => under().get(path, who, seen);

/** One entry in the account's log. @returns the position to wait for */
function renamed(who: CurrentUserContext, name: string): Promise<string> {
  const { account_id, user_id } = who;
  const data = { account_id, user_id, updated_at: '2026-03-01T12:00:00.000Z', name };
  return under().happened(who, 'profile', `${account_id}_${user_id}`, [
    { type: 'ProfileUpdated', data } as ProfileEvent,
  ]);
}

const bytes = (hex: string) => Buffer.from(hex, 'hex');
const headOf = ({ head }: Checkpoint) => ({ ...head, root: bytes(head.root) });

/** As somebody would who has nothing but the answer and the key. */
function verifiedRound(checkpoint: Checkpoint, verifier: string) {
  const round = parseRound(openNote(checkpoint.note, [parseVerifier(verifier)])!)!;
  const { place: index, path } = checkpoint;
  const leaf = headLeaf(headOf(checkpoint));
  expect(includes({ leaf, index, size: round.logs, root: round.root, path: path.map(bytes) })).toBe(true);
  expect([round.round, round.time]).toEqual([checkpoint.round, checkpoint.signed_at]);
  return round;
}

async function newestId(who: CurrentUserContext, seen: string): Promise<string> {
  const { json } = await get('/audit-logs?limit=1', who, seen);
  return (json as { data: { id: string }[] }).data[0]!.id;
}

describe('a proof of an entry', () => {
  it('needs nothing but itself and the key, and is there at once: the round is signed when it is asked for', async () => {
    const admin = signedIn('ADMIN');
    await renamed(admin, 'Ada');
    const id = await newestId(admin, await renamed(admin, 'Ada L.'));
    const { status, json } = await get(`/audit-logs/${id}/proof`, admin);
    expect(status).toBe(200);
    const { entry, path, checkpoint, verifier } = AuditProof.parse(json);
    const { hash, ...canonical } = entry as { hash: string; seq: number; prev_hash: string };
    expect(entryHash(canonical).toString('hex')).toBe(hash);
    verifiedRound(checkpoint, verifier);
    const { size, root } = headOf(checkpoint);
    expect(includes({ leaf: bytes(hash), index: canonical.seq, size, root, path: path.map(bytes) })).toBe(true);
  });

  it('is of nobody else’s entries: another account, with the same person, finds nothing', async () => {
    const acme = signedIn('ADMIN');
    const globex = signedIn('ADMIN', { user_id: acme.user_id, session_id: acme.session_id });
    const theirs = await newestId(globex, await renamed(globex, 'Globex'));
    await get('/audit-logs', acme, await renamed(acme, 'Acme'));
    const foreign = await get(`/audit-logs/${theirs}/proof`, acme);
    const unknown = await get(`/audit-logs/${uuidv7()}/proof`, acme);
    expect([foreign.status, foreign.json.code, foreign.json.detail]).toEqual([
      ...[404, 'audit-entry-unknown', unknown.json.detail],
    ]);
  });
});
