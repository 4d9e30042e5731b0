import { type DomainEvent, type Feedback, type FeedbackEvent, type GiveFeedback, Problem } from '@annals/contracts';
import { type Aggregate, isErased } from '@annals/event-store';

/** What somebody answered that still stands, oldest first. */
export interface Answers {
  readonly answers: readonly Feedback[];
}

/** Answers that can be taken back one by one; older ones stand. */
const keptAnswers = 500;
/** Answers of one person on one day, each about a topic of its own. */
export const mostAnswersOfDay = 20;

/** The answers of one person in one account. */
export const feedback: Aggregate<Answers> = {
  category: 'feedback',
  initial: { answers: [] },
  evolve: ({ answers }: Answers, { type, data }: DomainEvent): Answers => {
    const others = answers.filter(({ id }) => id !== data.feedback_id);
    switch (type) {
      case 'FeedbackGiven':
        return { answers: [...others, answerOf(data, String(data.given_at))].slice(-keptAnswers) };
      case 'FeedbackChanged':
        return {
          answers: answers.map((one) => (one.id === data.feedback_id ? answerOf(data, one.given_at) : one)),
        };
      case 'FeedbackWithdrawn':
        return { answers: others };
      default:
        throw new Error(`Feedback has no event ${type}`);
    }
  },
};

function answerOf({ feedback_id, topic, rating, comment }: DomainEvent['data'], given_at: string): Feedback {
  const said = isErased(comment) ? null : (comment as string | null);
  return { id: String(feedback_id), topic: topic as string | null, rating: Number(rating), comment: said, given_at };
}

export interface Give extends GiveFeedback {
  account_id: string;
  user_id: string;
  /** Of the answer, should it be a new one. */
  feedback_id: string;
  /** RFC 3339. */
  now: string;
}

const dayOf = (at: string): string => at.slice(0, 10);

/** The answer about a topic on the day of `now` (UTC), if there is one. */
export const standing = ({ answers }: Answers, topic: string | null, now: string): Feedback | undefined =>
  answers.find((one) => one.topic === topic && dayOf(one.given_at) === dayOf(now));

/**
 * One answer for each topic and day: said again, it is changed and not counted twice.
 * @throws Problem 409 `feedback-full` when there are answers about 20 other topics on this day
 */
export function decideGive({ now, ...given }: Give, state: Answers): FeedbackEvent[] {
  const before = standing(state, given.topic, now);
  if (!before) {
    if (state.answers.filter(({ given_at }) => dayOf(given_at) === dayOf(now)).length >= mostAnswersOfDay) {
      throw new Problem(409, 'feedback-full', `There are answers about ${mostAnswersOfDay} other topics today`);
    }
    return [{ type: 'FeedbackGiven', data: { ...given, given_at: now } }];
  }
  if (before.rating === given.rating && before.comment === given.comment) return [];
  return [{ type: 'FeedbackChanged', data: { ...given, feedback_id: before.id, changed_at: now } }];
}

export interface Withdraw {
  account_id: string;
  user_id: string;
  feedback_id: string;
  now: string;
}

/** @throws Problem 404 `feedback-unknown` for what is no answer of theirs, or was taken back */
export function decideWithdraw({ now, ...withdrawn }: Withdraw, { answers }: Answers): FeedbackEvent[] {
  if (!answers.some(({ id }) => id === withdrawn.feedback_id)) {
    throw new Problem(404, 'feedback-unknown', 'There is no such answer of yours');
  }
  return [{ type: 'FeedbackWithdrawn', data: { ...withdrawn, withdrawn_at: now } }];
}
