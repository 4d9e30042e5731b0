import { goneDays, horizonDays, hourDays, type Observed, observedDays, ratingDays } from '../observed.js';
import { type Chance, chanceOf } from './random.js';

/** What somebody made up did, up to the end of the horizon. */
export interface Life {
  /** Quarter hours in which they were there, since the beginning of the made-up time, in the order of time. */
  quarters: readonly number[];
  /** Day of their last rating and what it was. */
  rating: { day: number; value: number } | null;
}

/** The day (the last one known) on which lives are judged, and the end of what then happens. */
export const judgedDay = 240;
export const lastDay = judgedDay + horizonDays;
const quartersOfDay = 96;

/**
 * People with rates, rhythms, breaks and ends of their own, the same for the same seed. All of them were still coming four
 * weeks before the day on which they are judged: who left earlier is gone already.
 */
export function cohortOf(seed: number, people: number): Life[] {
  const chance = chanceOf(seed);
  const lives: Life[] = [];
  while (lives.length < people) {
    const person = personBy(chance);
    if (person.leaves >= judgedDay - goneDays) lives.push(lifeBy(chance, person));
  }
  return lives;
}

/** What is true of somebody made up, and nobody sees. */
interface Person {
  begins: number;
  liveliness: number;
  contentment: number;
  /** Day on which they stop coming for good. */
  leaves: number;
}

function personBy(chance: Chance): Person {
  const begins = Math.floor(chance.between(0, judgedDay));
  const [liveliness, contentment] = [chance.normal(), chance.normal()];
  return { begins, liveliness, contentment, leaves: endBy(chance, begins, liveliness, contentment) };
}

const logistic = (value: number) => 1 / (1 + Math.exp(-value));

function lifeBy(chance: Chance, { begins, liveliness, contentment, leaves }: Person): Life {
  const weekdays = weekdaysBy(chance, logistic(1.6 * liveliness - 0.9));
  // Most lose interest little by little; the others are gone from one day to the next.
  const fade = chance.happens(0.7) ? chance.between(14, 40) : 0;
  const hour = { usual: chance.between(7, 20), spread: chance.between(0.7, 4) };
  const quarters = new Set<number>();
  let backOn = 0;
  // Of what lies further back than anybody looks, only the first day matters.
  const days = Array.from({ length: lastDay - begins + 1 }, (_, index) => begins + index);
  for (const day of days.filter((one) => one === begins || one > judgedDay - observedDays - 2)) {
    if (day > leaves) break;
    if (day >= backOn && chance.happens(1 / 90)) backOn = day + Math.floor(chance.between(5, 17));
    const interest = fade === 0 ? 1 : Math.min(1, 0.1 + (leaves - day) / fade);
    const comes = day === begins || (day >= backOn && chance.happens(weekdays[day % 7]! * interest));
    if (!comes) continue;
    const visits = 1 + Math.floor(chance.between(0, 2 + 4 * logistic(liveliness)) * interest);
    for (let visit = 0; visit < visits; visit++) {
      const at = hour.usual + hour.spread * chance.normal();
      quarters.add(day * quartersOfDay + Math.min(quartersOfDay - 1, Math.max(0, Math.floor(at * 4))));
    }
  }
  const value = Math.round(3.4 + 0.9 * contentment + 0.6 * chance.normal());
  const day = Math.floor(chance.between(judgedDay - ratingDays, judgedDay));
  const rates = chance.happens(0.35) && day >= begins && day <= leaves;
  return {
    quarters: [...quarters].sort((a, b) => a - b),
    rating: rates ? { day, value: Math.min(5, Math.max(1, value)) } : null,
  };
}

/** How likely they come on each weekday: as workers do, every day alike, at weekends, or on days of their own. */
function weekdaysBy(chance: Chance, rate: number): number[] {
  const kind = chance.even();
  return Array.from({ length: 7 }, (_, weekday) => {
    const atWeekend = weekday >= 5;
    if (kind < 0.45) return atWeekend ? 0.15 * rate : rate;
    if (kind < 0.65) return rate;
    if (kind < 0.75) return atWeekend ? rate : 0.15 * rate;
    return chance.happens(Math.max(0.25, rate)) ? 0.9 : 0.03;
  });
}

/** New people leave most easily, lively and content ones least. */
function endBy(chance: Chance, begins: number, liveliness: number, contentment: number): number {
  for (let day = begins; day <= lastDay; day++) {
    const young = 1 + 3 * Math.exp(-(day - begins) / 45);
    if (chance.happens(Math.min(0.5, 0.003 * young * Math.exp(-0.9 * contentment - 0.5 * liveliness)))) return day;
  }
  return Infinity;
}

/** What is seen of a life on the day it is judged, by a clock that is so many quarter hours ahead. */
export function observe({ quarters, rating }: Life, ahead = 0): Observed {
  const local = quarters.map((quarter) => quarter + ahead);
  const dayOf = (quarter: number) => Math.floor(quarter / quartersOfDay);
  const known = local.filter((quarter) => dayOf(quarter) <= judgedDay);
  const days = new Set(known.map(dayOf));
  const last = Math.max(...days);
  const recent = known.filter(
    (quarter) => dayOf(quarter) > last - hourDays && dayOf(quarter) > judgedDay - observedDays,
  );
  return {
    active: Array.from({ length: observedDays }, (_, ago) => (days.has(judgedDay - ago) ? '1' : '0')).join(''),
    quarters: new Set(recent.map((quarter) => quarter % quartersOfDay)).size,
    tenureDays: judgedDay - dayOf(local[0]!),
    rating: rating?.value ?? null,
  };
}

/** Whether they did not come again within the horizon. */
export const wentAway = ({ quarters }: Life, ahead = 0): boolean =>
  !quarters.some((quarter) => Math.floor((quarter + ahead) / quartersOfDay) > judgedDay);
