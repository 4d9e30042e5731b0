import {
  type AccountChurnRisk,
  churnBands,
  type ChurnFactor,
  churnFactors,
  type ChurnRisk,
  type OwnChurnRisk,
} from '@annals/contracts';
import { type Pool } from '@annals/postgres';
import { hiddenCells } from '../suppression/hidden-cells.js';
import { churnModel } from './coefficients.js';
import { type Observed, standingOf } from './observed.js';
import { type Asked, readObserved } from './read-observed.js';
import { type Risk, riskOf } from './score.js';
import { wordsOf } from './words.js';

/** People of an account that are looked at for one answer. */
const mostPeople = 10_000;
const ownFactors = 3;
/** Log-odds below which a factor is not worth a word. */
const worthAWord = 0.1;

/**
 * How likely people are not to come back: somebody's own risk and what makes it, or how many people of an account are in
 * each band. Nobody is told the risk of one other person.
 */
export async function churnOf(pool: Pool, asked: Asked, most = mostPeople): Promise<ChurnRisk> {
  const observed = await readObserved(pool, asked, most);
  if (asked.member !== null) return ownRisk(observed[0]);
  const risks = observed.filter((one) => standingOf(one) === 'known').map((one) => riskOf(one, churnModel));
  return accountRisk(risks, observed.length === most);
}

/** Of whom there is nothing, they refuse to be counted, or were not here yet. */
function ownRisk(observed: Observed | undefined): OwnChurnRisk {
  const about = 'self';
  if (!observed) return { about, band: 'untracked', factors: [] };
  const standing = standingOf(observed);
  if (standing !== 'known') return { about, band: standing, factors: [] };
  const { band, contributions } = riskOf(observed, churnModel);
  const strongest = churnFactors
    .filter((factor) => Math.abs(contributions[factor]) >= worthAWord)
    .sort((a, b) => Math.abs(contributions[b]) - Math.abs(contributions[a]))
    .slice(0, ownFactors);
  const factors = strongest.map((factor) => {
    const effect = contributions[factor] > 0 ? 'raises' : 'lowers';
    return { factor, effect, words: wordsOf(factor, effect) } as const;
  });
  return { about, band, factors };
}

function accountRisk(risks: readonly Risk[], sampled: boolean): AccountChurnRisk {
  const counts = churnBands.map((band) => risks.filter((risk) => risk.band === band).length);
  const { hidden } = hiddenCells(counts);
  const [low, medium, high] = counts.map((people, index) => (hidden[index] ? null : people));
  const strongest = risks.filter(({ band }) => band !== 'low').map(strongestRaising);
  const people = churnFactors.map((factor) => strongest.filter((one) => one === factor).length);
  const withheld = hiddenCells(people).hidden;
  const factors = churnFactors
    .map((factor, index) => ({ factor, people: people[index]!, words: wordsOf(factor, 'raises') }))
    .filter((one, index) => one.people > 0 && !withheld[index])
    .sort((a, b) => b.people - a.people);
  const bands = { low: low!, medium: medium!, high: high! };
  return { about: 'account', bands, factors, sampled, suppressed: hidden.includes(true) || withheld.includes(true) };
}

const strongestRaising = ({ contributions }: Risk): ChurnFactor =>
  churnFactors.reduce((best, factor) => (contributions[factor] > contributions[best] ? factor : best));
