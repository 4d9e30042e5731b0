import { ActivityTracked, type TrackedFact } from '@annals/contracts';
import { deciderSpec, laws } from '@annals/testing';
import fc from 'fast-check';
import { dayOf, decideTrackActivity, type TrackActivity, trackedDay } from './tracked.js';

const owner = {
  account_id: '018f0000-0000-7000-8000-00000000000a',
  user_id: '018f0000-0000-7000-8000-0000000000b1',
};
const batchIds = ['018f0000-0000-7000-8000-0000000000c1', '018f0000-0000-7000-8000-0000000000c2'] as const;
const fact: TrackedFact = {
  id: '018f0000-0000-7000-8000-0000000000f1',
  ...{ type: 'click', category: 'ui', tags: [], data: {}, occurred_at: '2026-03-01T12:00:00.000Z' },
};
const batch = (batch_id: string): TrackActivity => ({ ...owner, batch_id, facts: [fact] });
const tracked = (batch_id: string) => ({
  type: 'ActivityTracked',
  data: { ...owner, batch_id, count: 1, facts: [fact] },
});

describe('tracking activity', () => {
  const { given } = deciderSpec({ ...trackedDay, decide: decideTrackActivity });

  it('is one event per batch, as its contract has it', () => {
    given([tracked(batchIds[0])])
      .when(batch(batchIds[1]))
      .then([tracked(batchIds[1])]);
    expect(ActivityTracked.data.safeParse(tracked(batchIds[0]).data).success).toBe(true);
  });

  it('does nothing for a batch that is in', () =>
    given([tracked(batchIds[0])])
      .when(batch(batchIds[0]))
      .thenNothing());

  it('refuses to fold what it does not know', () =>
    expect(() => trackedDay.evolve(trackedDay.initial, { type: 'Other', data: {} })).toThrow('Other'));
});

describe('the stream of a day', () => {
  it('is named by account, person and day, in UTC', () => {
    expect(dayOf(owner, '2026-03-01T23:59:59.999Z')).toBe(`${owner.account_id}_${owner.user_id}_20260301`);
    expect(dayOf(owner, '2026-03-01T00:00:00.000Z', 1)).toBe(`${owner.account_id}_${owner.user_id}_20260228`);
  });
});

const ids = fc.constantFrom(...batchIds);
laws(
  'tracking activity',
  { ...trackedDay, decide: decideTrackActivity },
  { commands: ids.map(batch), histories: fc.array(ids.map(tracked), { maxLength: 4 }) },
);
