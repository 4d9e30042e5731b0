import { type DomainEvent, FeedbackChanged, FeedbackGiven } from '@annals/contracts';
import { erased } from '@annals/event-store';
import { deciderSpec, laws } from '@annals/testing';
import fc from 'fast-check';
import { decideGive, decideWithdraw, feedback, type Give, mostAnswersOfDay, type Withdraw } from './feedback.js';

const owner = {
  account_id: '018f0000-0000-7000-8000-00000000000a',
  user_id: '018f0000-0000-7000-8000-0000000000b1',
};
const ids = Array.from({ length: 3 }, (_, index) => `018f0000-0000-7000-8000-0000000000c${index}`);
const monday = '2026-03-02T12:00:00.000Z';
const tuesday = '2026-03-03T00:00:00.000Z';
const give = (feedback_id: string, over: Partial<Give> = {}): Give => ({
  ...{ ...owner, feedback_id, topic: null, rating: 4, comment: null, now: monday },
  ...over,
});
const given_ = (feedback_id: string, { now = monday, ...over }: Partial<Give> = {}): DomainEvent => ({
  type: 'FeedbackGiven',
  data: { ...owner, feedback_id, topic: null, rating: 4, comment: null, ...over, given_at: now },
});
const changed = (feedback_id: string, over: object = {}): DomainEvent => ({
  type: 'FeedbackChanged',
  data: { ...owner, feedback_id, topic: null, rating: 2, comment: null, ...over, changed_at: monday },
});
const withdrawn = (feedback_id: string): DomainEvent => ({
  type: 'FeedbackWithdrawn',
  data: { ...owner, feedback_id, withdrawn_at: monday },
});

describe('giving feedback', () => {
  const { given } = deciderSpec({ ...feedback, decide: decideGive });

  it('is one answer for each topic', () => {
    given([given_(ids[0]!)])
      .when(give(ids[1]!, { topic: 'search' }))
      .then([given_(ids[1]!, { topic: 'search' })]);
    expect(FeedbackGiven.data.safeParse(given_(ids[0]!).data).success).toBe(true);
  });

  it('changes the answer of the same day, and counts again on the next', () => {
    given([given_(ids[0]!)])
      .when(give(ids[1]!, { rating: 2 }))
      .then([changed(ids[0]!)]);
    given([given_(ids[0]!)])
      .when(give(ids[1]!, { now: tuesday }))
      .then([given_(ids[1]!, { now: tuesday })]);
    expect(FeedbackChanged.data.safeParse(changed(ids[0]!).data).success).toBe(true);
  });

  it('changes the words too', () =>
    given([given_(ids[0]!), changed(ids[0]!)])
      .when(give(ids[1]!, { rating: 2, comment: 'Slow' }))
      .then([changed(ids[0]!, { comment: 'Slow' })]));

  it('does nothing for what was said, and for what was said again', () =>
    given([given_(ids[0]!), changed(ids[0]!)])
      .when(give(ids[1]!, { rating: 2 }))
      .thenNothing());

  it('begins anew after the answer was taken back', () =>
    given([given_(ids[0]!), withdrawn(ids[0]!)])
      .when(give(ids[1]!))
      .then([given_(ids[1]!)]));

  it('ends with the twentieth topic of a day', () => {
    const topics = Array.from({ length: mostAnswersOfDay }, (_, index) => `t${index}`);
    const all = topics.map((topic) => given_(topic, { topic }));
    given(all).when(give(ids[1]!)).thenRefuses('feedback-full');
    given(all)
      .when(give(ids[1]!, { now: tuesday }))
      .then([given_(ids[1]!, { now: tuesday })]);
  });

  it('forgets the words of whom the keys are gone', () => {
    const { answers } = feedback.evolve(feedback.initial, {
      type: 'FeedbackGiven',
      data: { ...given_(ids[0]!).data, comment: erased },
    });
    expect(answers).toMatchObject([{ id: ids[0], rating: 4, comment: null }]);
  });

  it('refuses to fold what it does not know', () =>
    expect(() => feedback.evolve(feedback.initial, { type: 'Other', data: {} })).toThrow('Other'));
});

describe('withdrawing feedback', () => {
  const { given } = deciderSpec({ ...feedback, decide: decideWithdraw });
  const withdraw = (feedback_id: string): Withdraw => ({ ...owner, feedback_id, now: monday });

  it('takes the answer back', () =>
    given([given_(ids[0]!)])
      .when(withdraw(ids[0]!))
      .then([withdrawn(ids[0]!)]));

  it('refuses what is no answer, or none any more', () => {
    given([]).when(withdraw(ids[0]!)).thenRefuses('feedback-unknown');
    given([given_(ids[0]!), withdrawn(ids[0]!)])
      .when(withdraw(ids[0]!))
      .thenRefuses('feedback-unknown');
  });
});

const id = fc.constantFrom(...ids);
const topic = fc.constantFrom(null, 'search');
const said = fc.record({ topic, rating: fc.integer({ min: 1, max: 5 }), now: fc.constantFrom(monday, tuesday) });
laws(
  'giving feedback',
  { ...feedback, decide: decideGive },
  {
    commands: fc.tuple(id, said).map(([one, over]) => give(one, over)),
    histories: fc.array(
      fc.oneof(
        fc.tuple(id, said).map(([one, over]) => given_(one, over)),
        id.map((one) => changed(one)),
        id.map(withdrawn),
      ),
      { maxLength: 6 },
    ),
  },
);
