import { type Purpose } from '@annals/contracts';
import { endOfPeriod, type Pool } from '@annals/postgres';
import { standsAt } from './holds.js';
import { retentionSchema as schema } from './projection.js';
import { type Days, type Terms } from './terms.js';

/** Purposes whose keys have a term of their own, and the classes that need them. */
export const keysWithTerm = [
  // The log is made of facts, so their keys stay for as long as one of both is kept.
  { class: 'analytics', purpose: 'analytics', neededFor: ['activity', 'analytics'] },
  { class: 'security', purpose: 'security', neededFor: ['security'] },
] as const satisfies readonly { class: keyof Days; purpose: Purpose; neededFor: readonly (keyof Days)[] }[];
export type KeysWithTerm = (typeof keysWithTerm)[number];

const dayMs = 24 * 60 * 60 * 1000;

/** Whole days since nothing was sealed with the keys of a period any more; negative while it lasts. */
export const ageOfPeriod = (period: string, now: Date): number =>
  Math.floor((now.getTime() - endOfPeriod(period).getTime()) / dayMs);

/** An account as if it had chosen these terms. */
export interface Supposed {
  accountId: string;
  days: Days;
}

/**
 * Those among holders whose keys of such an age nobody needs: the account that keeps longest decides, of all in which they
 * sealed something. For holders of no known account the house's term holds. None of somebody who is held is due: of what an
 * account holds while that account holds it, of what is nobody's account's while any does.
 */
export async function dueAmong(
  pool: Pool,
  { house, floors }: Terms,
  { neededFor }: KeysWithTerm,
  asked: { holders: readonly string[]; age: number; now: Date; supposed?: Supposed },
): Promise<string[]> {
  const { holders, age, now, supposed } = asked;
  const supposedDays = supposed ? Math.max(...neededFor.map((of) => supposed.days[of])) : null;
  const term = neededFor.map((of) => `greatest(coalesce(a.${of}, ${house[of]}), ${floors[of]})`).join(', ');
  const { rows } = await pool.query<{ holder: string }>(
    `select s.holder from unnest($1::text[]) as s(holder)
       left join ${schema}.holders p on p.holder = s.holder
       left join ${schema}.accounts a on a.account = p.account
     where not exists (
       select from ${schema}.holds h
       where ${standsAt('$5')} and s.holder in (h.account::text || '/' || h.person::text, h.person::text)
     )
     group by s.holder
     having max(case when p.account = $2 then $3 else greatest(${term}) end) <= $4`,
    [holders, supposed?.accountId ?? null, supposedDays, age, now.toISOString()],
  );
  return rows.map(({ holder }) => holder);
}
