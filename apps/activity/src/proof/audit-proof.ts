import { getAuditProofRoute as route, Problem } from '@annals/contracts';
import { inclusionRanges } from '@annals/ledger';
import { tenantQuery } from '@annals/postgres';
import { type MountedRoute, mount } from '@annals/service';
import { type AuditRow } from '../audit/audit-row.js';
import { auditTable, storedColumns } from '../audit/audit-table.js';
import { rangeRoots } from '../checkpoint/subtrees.js';
import { askedLog } from './asked-log.js';
import { exportLine } from './export-line.js';
import { checkpointCovering, hexOf, type ProofGround } from './signed-log.js';

const entryQuery = `select ${storedColumns} from ${auditTable} where account_id = $1 and id = $2`;

/** GET /audit-logs/{id}/proof */
export const auditProof = (ground: ProofGround): MountedRoute =>
  mount(route, async ({ context, params, query }) => {
    const { pool, verifier } = ground;
    const log = askedLog(context, query.log);
    const { rows } = await tenantQuery<AuditRow>(pool, { accountId: log }, entryQuery, [log, params.id]);
    const row = rows[0];
    if (!row) throw new Problem(404, 'audit-entry-unknown', 'There is no such entry in this account');
    const seq = Number(row.seq);
    const checkpoint = await checkpointCovering(ground, log, seq + 1);
    const path = await rangeRoots(pool, log, inclusionRanges(seq, checkpoint.head.size));
    return { status: 200, body: { entry: exportLine(row), path: hexOf(path), checkpoint, verifier } };
  });
