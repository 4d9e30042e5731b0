import { z } from 'zod';
import { event, type EventOf } from '../../event.js';
import { feedbackTopic, personalComment, rating } from './schemas.js';

const about = {
  account_id: z.uuid(),
  user_id: z.uuid(),
  feedback_id: z.uuid(),
};
const answer = { ...about, topic: feedbackTopic.nullable(), rating, comment: personalComment };
const keys = ['account_id', 'user_id', 'feedback_id'] as const;

/** Somebody said how content they are. */
export const FeedbackGiven = event('FeedbackGiven', {
  category: 'feedback',
  data: z.strictObject({ ...answer, given_at: z.iso.datetime() }),
  subject: 'user_id',
  audit: { entity: 'Feedback', action: 'INSERT', keys: [...keys, 'given_at'] },
});

/** They thought again on the same day about the same topic. */
export const FeedbackChanged = event('FeedbackChanged', {
  category: 'feedback',
  data: z.strictObject({ ...answer, changed_at: z.iso.datetime() }),
  subject: 'user_id',
  audit: { entity: 'Feedback', action: 'UPDATE', keys: [...keys, 'changed_at'] },
});

export const FeedbackWithdrawn = event('FeedbackWithdrawn', {
  category: 'feedback',
  data: z.strictObject({ ...about, withdrawn_at: z.iso.datetime() }),
  audit: { entity: 'Feedback', action: 'DELETE', keys: [...keys, 'withdrawn_at'] },
});

export const feedbackEvents = [FeedbackGiven, FeedbackChanged, FeedbackWithdrawn] as const;
export type FeedbackEvent = EventOf<(typeof feedbackEvents)[number]>;
