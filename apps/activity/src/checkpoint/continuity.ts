import { type Range } from '@annals/ledger';
import { type Pool } from '@annals/postgres';
import { type Standing } from './standings.js';
import { rangeRoots } from './subtrees.js';

/** Most logs that a refusal names. */
const named = 3;

/** What was signed does not go on in what is there: signing it would be signing a second past. */
export class SignedPastLost extends Error {
  constructor(readonly problems: readonly string[]) {
    const more = problems.length > named ? `, and ${problems.length - named} more` : '';
    super(`Nothing is signed: ${problems.slice(0, named).join('; ')}${more}`);
    this.name = 'SignedPastLost';
  }
}

/** @throws SignedPastLost when a log is shorter than it was signed, or as long and another one */
export function assertStanding(standings: readonly Standing[]): void {
  const problems = standings.flatMap(({ log, size, root, signed }) => {
    if (!signed) return [];
    if (size < signed.size) return [`the log ${log} holds ${size} entries, and ${signed.size} were signed`];
    const differs = size === signed.size && !root.equals(signed.root);
    return differs ? [`the ${size} entries of the log ${log} are not those that were signed`] : [];
  });
  if (problems.length > 0) throw new SignedPastLost(problems);
}

/**
 * Looks at the logs that grew since they were signed: what was signed is computed again from what is kept below it. Done
 * once per leadership, for then another process or another version of the tables may have come in between.
 * @throws SignedPastLost
 */
export async function assertContinued(pool: Pool, standings: readonly Standing[]): Promise<void> {
  assertStanding(standings);
  const problems: string[] = [];
  for (const { log, size, root, signed } of standings) {
    if (!signed || signed.size === 0 || signed.size === size) continue;
    const whole = (end: number): Range => ({ start: 0, end });
    const [then, now] = await rangeRoots(pool, log, [whole(signed.size), whole(size)]);
    if (!then!.equals(signed.root)) {
      problems.push(`the first ${signed.size} entries of the log ${log} are not those that were signed`);
    } else if (!now!.equals(root)) problems.push(`the tree of the log ${log} is not that of its ${size} entries`);
  }
  if (problems.length > 0) throw new SignedPastLost(problems);
}
