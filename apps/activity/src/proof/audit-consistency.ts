import { type Checkpoint, getAuditConsistencyRoute as route, Problem } from '@annals/contracts';
import { consistencyRanges } from '@annals/ledger';
import { type Pool } from '@annals/postgres';
import { type MountedRoute, mount } from '@annals/service';
import { checkpointAt } from '../checkpoint/stored-checkpoints.js';
import { rangeRoots } from '../checkpoint/subtrees.js';
import { askedLog } from './asked-log.js';
import { hexOf, type ProofGround } from './signed-log.js';

/** GET /audit-logs/consistency */
export const auditConsistency = ({ pool, verifier }: Pick<ProofGround, 'pool' | 'verifier'>): MountedRoute =>
  mount(route, async ({ context, query }) => {
    const log = askedLog(context, query.log);
    if (query.to !== undefined && query.to < query.from) {
      throw new Problem(400, 'rounds-reversed', 'A log grows from an earlier round to a later one');
    }
    const from = await standingIn(pool, log, query.from);
    const to = await standingIn(pool, log, query.to ?? null);
    const path = await rangeRoots(pool, log, consistencyRanges(from.head.size, to.head.size));
    return { status: 200, body: { from, to, path: hexOf(path), verifier } };
  });

/** @throws Problem 404 `round-unknown` for a round that is not signed yet, or in which there was no such log yet */
async function standingIn(pool: Pool, log: string, round: number | null): Promise<Checkpoint> {
  const signed = await pool.query('select from audit_rounds where round >= $1 limit 1', [round ?? 0]);
  const found = signed.rowCount > 0 ? await checkpointAt(pool, log, round) : undefined;
  if (!found) throw new Problem(404, 'round-unknown', 'This log is not in such a round');
  return found;
}
