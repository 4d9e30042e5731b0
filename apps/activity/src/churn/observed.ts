/** Days that the model looks back over. */
export const observedDays = 84;
/** Of these, so many up to the last visit in which it looks at the hours. */
export const hourDays = 28;
/** The model says how likely it is that somebody will not come back within so many days. */
export const horizonDays = 28;
/** Whose first day is not so long ago has no rhythm yet. */
export const leastTenureDays = 14;
/** Who was away for so long is gone already, as the horizon has it, and not at risk of going. */
export const goneDays = horizonDays;
/** A rating older than this says nothing any more. */
export const ratingDays = 90;

/** All that the model knows of somebody: no name, no place, no attribute. */
export interface Observed {
  /** `1` for each of the last days on which they were there, `0` for the others; the latest whole day comes first. */
  active: string;
  /** Different quarter hours of the day (of 96) at which they were there in the 28 days up to their last visit. */
  quarters: number;
  /** Days since they were first seen. */
  tenureDays: number;
  /** Their last rating, when it is not too old. */
  rating: number | null;
}

/** Whether anything can be said of them. */
export function standingOf({ active, tenureDays }: Observed): 'too_new' | 'gone' | 'known' {
  if (tenureDays < leastTenureDays) return 'too_new';
  return active.slice(0, goneDays).includes('1') ? 'known' : 'gone';
}
