import { type ConsentEvent, type DomainEvent } from '@annals/contracts';
import { deciderSpec, laws } from '@annals/testing';
import fc from 'fast-check';
import { afterDecision, type DecidedPrivacy } from '../privacy/visibility.js';
import { consents, decideConsents, type DecideConsents, decisionsOf, inForce, shownConsents } from './consents.js';

const owner = {
  account_id: '018f0000-0000-7000-8000-00000000000a',
  user_id: '018f0000-0000-7000-8000-0000000000b1',
};
const [then, now, later] = ['2026-03-01T11:00:00.000Z', '2026-03-01T12:00:00.000Z', '2026-03-01T13:00:00.000Z'];
const nothing: DecidedPrivacy = { fields: {}, updatedAt: null };
const setting = (activity_tracking: boolean, updated_at = then) =>
  afterDecision(nothing, { activity_tracking, updated_at });
const text = { policy_version: '2026-03', locale: 'de-AT', method: 'consents' } as const;

const asked = (wanted: DecideConsents['wanted'], over: Partial<DecideConsents> = {}): DecideConsents => ({
  ...{ ...owner, ...text, wanted, privacy: nothing, now },
  ...over,
});
const given = (purpose: 'activity_tracking' | 'usage_analytics', over: object = {}): ConsentEvent => ({
  type: 'ConsentGiven',
  data: { ...owner, purpose, ...text, ...over, given_at: now },
});
const withdrawn = (purpose: 'activity_tracking' | 'usage_analytics', over: object = {}): ConsentEvent => ({
  type: 'ConsentWithdrawn',
  data: { ...owner, purpose, ...text, ...over, withdrawn_at: now },
});

describe('deciding about consents', () => {
  const spec = deciderSpec({ ...consents, decide: decideConsents });

  it('is a fact for each purpose that is decided otherwise than before, with the text that was shown', () =>
    spec
      .given([given('usage_analytics')])
      .when(asked({ activity_tracking: true, usage_analytics: false }))
      .then([given('activity_tracking'), withdrawn('usage_analytics')]));

  it('leaves what is not named as it is, and says nothing twice', () => {
    spec
      .given([given('activity_tracking')])
      .when(asked({ usage_analytics: true }))
      .then([given('usage_analytics')]);
    spec
      .given([given('activity_tracking'), withdrawn('usage_analytics')])
      .when(asked({ activity_tracking: true, usage_analytics: false }))
      .thenNothing();
  });

  it('is another yes to another text, and the same no to any', () => {
    spec
      .given([given('activity_tracking')])
      .when(asked({ activity_tracking: true }, { policy_version: '2027-01' }))
      .then([given('activity_tracking', { policy_version: '2027-01' })]);
    spec
      .given([withdrawn('activity_tracking')])
      .when(asked({ activity_tracking: false }, { policy_version: null }))
      .thenNothing();
  });

  it('remembers a first no, though nothing was processed before it', () =>
    spec
      .given([])
      .when(asked({ activity_tracking: false }))
      .then([withdrawn('activity_tracking')]));

  it('counts what the privacy settings decided in older times as a decision made then', () => {
    spec
      .given([])
      .when(asked({ activity_tracking: false, usage_analytics: false }, { privacy: setting(false) }))
      .thenNothing();
    spec
      .given([])
      .when(asked({ activity_tracking: false }, { privacy: setting(true) }))
      .then([withdrawn('activity_tracking')]);
  });

  it('refuses what is no decision', () =>
    expect(() => consents.evolve({}, { type: 'ProfileUpdated', data: {} })).toThrow('no event ProfileUpdated'));
});

describe('what is in force', () => {
  const stateOf = (...events: DomainEvent[]) => events.reduce(consents.evolve, consents.initial);

  it('is counting and no tracking while nobody decided', () =>
    expect(shownConsents({})).toEqual([
      { purpose: 'activity_tracking', in_force: false, decision: null },
      { purpose: 'usage_analytics', in_force: true, decision: null },
    ]));

  it.each([
    ['a setting alone', stateOf(), setting(true), true],
    ['a consent after a setting', stateOf(withdrawn('activity_tracking')), setting(true), false],
    [
      'a setting of a process that is not renewed yet, after a consent',
      stateOf(given('activity_tracking')),
      setting(false, later),
      false,
    ],
  ])('is what was decided last: %s', (_of, state, privacy, expected) =>
    expect(inForce(decisionsOf(privacy, state), 'activity_tracking')).toBe(expected),
  );

  it('follows a setting of older times for counting too, which it decided about as well', () =>
    expect(inForce(decisionsOf(setting(false), {}), 'usage_analytics')).toBe(false));
});

const wanted = fc.record({ activity_tracking: fc.boolean(), usage_analytics: fc.boolean() }, { requiredKeys: [] });
laws(
  'deciding about consents',
  { ...consents, decide: decideConsents },
  {
    commands: wanted.map((one) => asked(one)),
    histories: fc.array(fc.constantFrom(given('activity_tracking'), withdrawn('usage_analytics')), { maxLength: 4 }),
  },
);
