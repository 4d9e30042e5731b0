import { RetentionChanged, type ChosenDays } from '@annals/contracts';
import { deciderSpec, laws } from '@annals/testing';
import fc from 'fast-check';
import { replaceRetention, type ReplaceRetention, retentions } from './retention.js';

const account_id = '018f0000-0000-7000-8000-00000000000a';
const now = '2026-03-01T12:00:00.000Z';
const floors = { activity: 1, analytics: 1, audit: 400, security: 30 };
const replace = (days: Partial<ChosenDays>): ReplaceRetention => ({ account_id, days, floors, now });
const changed = (days: Partial<ChosenDays>) => ({
  type: 'RetentionChanged',
  data: { account_id, days, updated_at: now },
});

describe('choosing how long things are kept', () => {
  const { given } = deciderSpec({ ...retentions, decide: replaceRetention });

  it('is told by the classes that changed', () => {
    given([changed({ activity: 90, audit: 500 })])
      .when(replace({ activity: 30, audit: 500 }))
      .then([changed({ activity: 30 })]);
    expect(RetentionChanged.data.safeParse(changed({ activity: 30 }).data).success).toBe(true);
  });

  it('gives back to the house what is left out', () =>
    given([changed({ activity: 90, security: 60 })])
      .when(replace({ activity: 90 }))
      .then([changed({ security: null })]));

  it('as it is already changes nothing', () =>
    given([changed({ activity: 90 })])
      .when(replace({ activity: 90, audit: null }))
      .thenNothing());

  it.each([
    ['activity', 0],
    ['analytics', 0],
    ['audit', 399],
    ['security', 29],
  ] as const)('is refused below the floor of %s', (of, days) => {
    const choose = () => replaceRetention(replace({ [of]: days }), retentions.initial);
    expect(choose).toThrow(expect.objectContaining({ status: 400, code: 'retention-below-floor' }) as Error);
    expect(choose).toThrow(`${of} is kept ${floors[of]} days at least`);
  });

  it('refuses to fold what it does not know', () =>
    expect(() => retentions.evolve(retentions.initial, { type: 'Other', data: {} })).toThrow('Other'));
});

const days = fc.record(
  {
    activity: fc.constantFrom(null, 1, 90),
    audit: fc.constantFrom(null, 400, 500),
    security: fc.constantFrom(null, 30),
  },
  { requiredKeys: [] },
);
laws(
  'choosing how long things are kept',
  { ...retentions, decide: replaceRetention },
  { commands: days.map(replace), histories: fc.array(days.map(changed), { maxLength: 4 }) },
);
