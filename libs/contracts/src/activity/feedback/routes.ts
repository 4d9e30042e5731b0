import { z } from 'zod';
import { route } from '../../route.js';
import { Feedback, GiveFeedback } from './schemas.js';

const owner = 'activity' as const;
const tag = 'Activity';

export const giveFeedbackRoute = route('giveFeedback', {
  owner,
  method: 'POST',
  path: '/users/activity/feedback',
  tag,
  summary: 'Say how content you are, from 1 to 5; again on the same day about the same topic changes the answer',
  access: { kind: 'user' },
  body: GiveFeedback,
  responses: { 200: Feedback },
});

export const withdrawFeedbackRoute = route('withdrawFeedback', {
  owner,
  method: 'DELETE',
  path: '/users/activity/feedback/{feedback_id}',
  tag,
  summary: 'Take an answer of yours back; it counts no more',
  access: { kind: 'user' },
  params: z.object({ feedback_id: z.uuid() }),
  responses: { 204: null },
});

export const feedbackRoutes = [giveFeedbackRoute, withdrawFeedbackRoute] as const;
