import { randomUUID } from 'node:crypto';
import { withTransaction, type Pool, type Tx } from '@annals/postgres';
import type { Asking } from '../asking.js';
import { lockedUntil, type FailureRow } from '../credential/attempts.js';
import { clearFailures, type FailureCount } from '../credential/failures.js';
import { noteFailures } from '../credential/throttle-sign-in.js';
import type { Identity } from '../identity.js';
import { matchingStep, stepAt } from './totp.js';
import { acceptStep, type TotpSeed } from './totp-seeds.js';

/**
 * Whether a code is the right one at this moment and was not used before. Wrong ones are counted per factor, whichever
 * sign-in they belong to, so a right password buys no further guesses; a right code ends the count.
 * @param alongside what has to become true together with the code's use
 */
export async function proveCode(
  identity: Identity,
  asking: Asking,
  { user_id, seed, code }: { user_id: string; seed: TotpSeed | null; code: string },
  alongside: (tx: Tx) => Promise<boolean>,
): Promise<boolean> {
  if (!seed) return false;
  const { pool, settings } = identity;
  const key = `code ${seed.factor_id}`;
  const taken = await takeTry(pool, key, asking.now, settings.maxLoginAttempts);
  if (!taken) return false;
  const step = matchingStep(seed.seed, code, stepAt(asking.now), lastStepFor(asking, seed));
  const accepted = step !== null && (await useStep(pool, asking, { factor_id: seed.factor_id, step }, key, alongside));
  if (!accepted) await noteFailures(identity, asking, { user_id, ...taken });
  return accepted;
}

/**
 * Takes one of the tries that are open now. It counts as a failure before the code is looked at: guesses sent at the
 * same time would otherwise all come before the first was counted.
 * @returns null while codes are refused unheard
 */
async function takeTry(pool: Pool, key: string, now: string, freeTries: number): Promise<FailureCount | null> {
  return withTransaction(pool, async (tx) => {
    const { rows } = await tx.query<FailureRow & { row_id: string }>(
      `insert into sign_in_failures (key, row_id, failures, last_failure_at) values ($1, $2, 0, $3)
       on conflict (key) do update set key = excluded.key returning row_id, failures, last_failure_at`,
      [key, randomUUID(), now],
    );
    const row = rows[0]!;
    const until = lockedUntil(row, freeTries);
    if (until !== null && until.getTime() > Date.parse(now)) return null;
    const failures = row.failures + 1;
    await tx.query('update sign_in_failures set failures = $2, last_failure_at = $3 where key = $1', [
      ...[key, failures, now],
    ]);
    return { row_id: row.row_id, failures };
  });
}

/** The step that is used up for this command: the one that it used itself is not, so that it can be repeated. */
const lastStepFor = ({ commandId, commandHash }: Asking, { last_step, used_by, used_with }: TotpSeed): number =>
  used_by === commandId && commandHash !== undefined && used_with === commandHash ? last_step - 1 : last_step;

/** A code counts once, also when nothing came of its use. */
const useStep = (
  pool: Pool,
  asking: Asking,
  used: { factor_id: string; step: number },
  key: string,
  alongside: (tx: Tx) => Promise<boolean>,
): Promise<boolean> =>
  withTransaction(pool, async (tx) => {
    if (!(await acceptStep(tx, used, asking)) || !(await alongside(tx))) return false;
    await clearFailures(tx, key);
    return true;
  });
