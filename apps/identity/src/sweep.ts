import type { Pool } from '@annals/postgres';
import { forgetLateRows } from './erasure/rows.js';
import { forgetOldFailures } from './credential/failures.js';
import { forgetOldPlaces } from './place/sign-in-places.js';
import { forgetFloors } from './session/floors.js';
import { forgetOldChanges } from './credential/password-changes.js';
import { forgetOldBatches } from './permission-use/count-uses.js';
import { forgetOldChallenges } from './factor/challenges.js';
import { forgetUnconfirmedSeeds } from './factor/totp-seeds.js';
import { forgetOldElevations } from './elevation/elevation-rows.js';

const everyMs = 10 * 60 * 1000;

/** Removes rows that nobody can need any more: old failures, dead tokens of mails, changes that are done, sessions long over. */
export async function sweep(pool: Pool): Promise<void> {
  await forgetOldFailures(pool);
  await forgetOldElevations(pool);
  await forgetOldBatches(pool);
  await forgetOldChanges(pool);
  await forgetOldChallenges(pool);
  await forgetUnconfirmedSeeds(pool);
  await pool.query("delete from mailed_tokens where expires_at < now() - interval '1 day'", []);
  await pool.query("delete from shown_tokens where expires_at < now() - interval '1 day'", []);
  await forgetLateRows(pool);
  await forgetFloors(pool);
  await forgetOldPlaces(pool);
  await pool.query("delete from session_tokens where expires_at < now() - interval '1 day'", []);
}

/** Sweeps now and then, in every process; doing it twice does no harm. */
export function startSweeper(pool: Pool, onError: (error: Error) => void): { stop(): void } {
  const timer = setInterval(() => void sweep(pool).catch(onError), everyMs);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
