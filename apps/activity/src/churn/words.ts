import { type ChurnFactor } from '@annals/contracts';

/** What moves a risk, as it is said to people; about nobody in particular. */
const words: Readonly<Record<ChurnFactor, { raises: string; lowers: string }>> = {
  recency: { raises: 'away for longer than is usual', lowers: 'here as lately as is usual' },
  trend: { raises: 'fewer active days than in the weeks before', lowers: 'more active days than in the weeks before' },
  frequency: { raises: 'active on few days', lowers: 'active on many days' },
  breadth: {
    raises: 'short visits, always at the same time of the day',
    lowers: 'long visits, at many times of the day',
  },
  tenure: { raises: 'here for a short time only', lowers: 'here for a long time' },
  regularity: { raises: 'usual weekdays were missed', lowers: 'usual weekdays were kept' },
  rating: { raises: 'the last rating is low, or there is none', lowers: 'the last rating is high' },
};

export const wordsOf = (factor: ChurnFactor, effect: 'raises' | 'lowers'): string => words[factor][effect];
