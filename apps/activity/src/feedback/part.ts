import { projectionSchema } from '@annals/postgres';
import { type Part } from '../part.js';
import { giveFeedback } from './give-feedback.js';
import { feedbackAnswers, feedbackProjection } from './projection.js';
import { withdrawFeedback } from './withdraw-feedback.js';

/** How content people say they are. */
export const feedbackPart: Part = {
  projections: ({ ANALYTICS_SECRET }) => [feedbackProjection(ANALYTICS_SECRET)],
  kept: [
    {
      class: 'analytics',
      table: `${projectionSchema(feedbackAnswers)}.answers`,
      at: 'given_at',
      whose: { column: 'member', by: 'pseudonym' },
    },
  ],
  open: ({ store }) => ({ routes: [giveFeedback(store), withdrawFeedback(store)] }),
};
