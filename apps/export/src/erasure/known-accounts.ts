import { Problem } from '@annals/contracts';
import type { Pool, ProjectionRunner } from '@annals/postgres';
import { hasOthers, membershipsOf, type KnownMembership } from '../views/memberships/memberships.projection.js';

/** Who belongs where, as of now. */
export interface KnownAccounts {
  /** Accounts that a person belongs or belonged to. @throws Problem 503 `projection-behind` */
  of(userId: string): Promise<KnownMembership[]>;
  /** Whether an account has members besides somebody. Ask `of` before: this reads what it has waited for. */
  hasOthers(accountId: string, userId: string): Promise<boolean>;
}

/** How long the view may take to see what there is, in milliseconds. */
const patienceMs = 10_000;

export function knownAccounts(
  pool: Pool,
  view: Pick<ProjectionRunner, 'caughtUp'>,
  patience = patienceMs,
): KnownAccounts {
  return {
    async of(userId) {
      await seen(view, patience);
      return membershipsOf(pool, userId);
    },
    hasOthers: (accountId, userId) => hasOthers(pool, accountId, userId),
  };
}

/** Nobody is erased on what was true a while ago. */
async function seen(view: Pick<ProjectionRunner, 'caughtUp'>, patience: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const impatient = new Promise<never>((_, reject) => {
    const late = () =>
      reject(new Problem(503, 'projection-behind', 'Try again in a moment', { headers: { 'retry-after': '1' } }));
    timer = setTimeout(late, patience);
  });
  await Promise.race([view.caughtUp(), impatient]).finally(() => clearTimeout(timer));
}
