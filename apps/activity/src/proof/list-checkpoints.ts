import { listCheckpointsRoute as route } from '@annals/contracts';
import { type MountedRoute, mount } from '@annals/service';
import { checkpointsBefore } from '../checkpoint/stored-checkpoints.js';
import { askedLog } from './asked-log.js';
import { type ProofGround } from './signed-log.js';

/** GET /audit-logs/checkpoints */
export const listCheckpoints = ({ pool, verifier }: Pick<ProofGround, 'pool' | 'verifier'>): MountedRoute =>
  mount(route, async ({ context, query }) => {
    const { limit, cursor } = query;
    const log = askedLog(context, query.log);
    const found = await checkpointsBefore(pool, log, cursor === undefined ? null : Number(cursor), limit + 1);
    const data = found.slice(0, limit);
    const has_next_page = found.length > limit;
    const next_cursor = has_next_page ? String(data.at(-1)!.round) : null;
    return { status: 200, body: { data, meta: { limit, has_next_page, next_cursor }, verifier } };
  });
