import type { ErasureEvent } from '@annals/contracts';
import { deciderSpec, laws } from '@annals/testing';
import fc from 'fast-check';
import { cancelErasure } from './cancel-erasure.js';
import { certificateOf } from './certificate.js';
import { evolve, none } from './erasure.js';
import { requestErasure } from './request-erasure.js';
import { shownErasure } from './shown-erasure.js';
import * as steps from './steps.js';

const ids = {
  account_id: '0190f5a0-0000-7000-8000-00000000000a',
  erasure_id: '0190f5a0-0000-7000-8000-00000000000e',
  user_id: '0190f5a0-0000-7000-8000-000000000001',
};
const now = '2026-03-01T12:00:00.000Z';
const sha256 = 'a'.repeat(64);
const request = {
  scope: 'account',
  asked_by_id: ids.user_id,
  asked_in: null,
  reason: null,
  receipt_sha256: sha256,
} as const;
const holders = [{ account_id: ids.account_id, user_id: ids.user_id }];
const positions = '1-1@erased';

const requested: ErasureEvent = {
  type: 'ErasureRequested',
  data: { ...ids, ...request, requested_at: now, due_at: '2026-03-02T12:00:00.000Z' },
};
const held: ErasureEvent = {
  type: 'ErasureHeld',
  data: { ...ids, reason: 'legal-hold', accounts: [ids.account_id], held_at: now },
};
const resumed: ErasureEvent = { type: 'ErasureResumed', data: { ...ids, resumed_at: now } };
const cancelled: ErasureEvent = { type: 'ErasureCancelled', data: { ...ids, reason: 'withdrawn', cancelled_at: now } };
const begun: ErasureEvent = { type: 'ErasureBegun', data: { ...ids, holders, begun_at: now } };
const destroyed: ErasureEvent = {
  type: 'ErasureKeysDestroyed',
  data: { ...ids, holders, key_fingerprints: [sha256], positions, destroyed_at: now },
};
const evicted: ErasureEvent = { type: 'ErasureCachesEvicted', data: { ...ids, evicted_at: now } };
const acknowledged = (service: 'identity' | 'profile' | 'activity' | 'export'): ErasureEvent => ({
  type: 'ErasureStepAcknowledged',
  data: { ...ids, service, removed: { things: 1 }, acknowledged_at: now },
});
const services = (['identity', 'profile', 'activity', 'export'] as const).map(acknowledged);
const certified: ErasureEvent = {
  type: 'ErasureCertified',
  data: { ...ids, certificate: 'signed', certified_at: now },
};
const every = [requested, held, resumed, cancelled, begun, destroyed, evicted, ...services, certified];
const histories = fc.array(fc.constantFrom(...every), { maxLength: 10 });
const shape = { initial: none, evolve };

describe('asking for an erasure', () => {
  const decide = { ...shape, decide: requestErasure };
  const ask = { ...ids, ...request, now, graceHours: 24 };
  it('is a fact, with the time until which it may be cancelled', () =>
    deciderSpec(decide).given([]).when(ask).then([requested]));
  it('is refused while there is one', () =>
    deciderSpec(decide).given([requested]).when(ask).thenRefuses('erasure-open'));
  laws('asking', decide, { commands: fc.constant(ask), histories });
});

describe('cancelling an erasure', () => {
  const decide = { ...shape, decide: cancelErasure };
  const spec = deciderSpec(decide);
  const wish = { now, reason: 'withdrawn' as const };
  it('ends one that waits, or is held', () => {
    spec.given([requested]).when(wish).then([cancelled]);
    spec.given([requested, held]).when(wish).then([cancelled]);
  });
  it('twice is once', () => spec.given([requested, cancelled]).when(wish).thenNothing());
  it('comes too late once it has begun', () => spec.given([requested, begun]).when(wish).thenRefuses('erasure-begun'));
  it('knows none that is not there', () => spec.given([]).when(wish).thenRefuses('erasure-unknown'));
  laws('cancelling', decide, { commands: fc.constant(wish), histories });
});

describe('the steps of an erasure', () => {
  type Step = (state: Parameters<typeof evolve>[0]) => ErasureEvent[];
  const spec = deciderSpec({ ...shape, decide: (step: Step, state) => step(state) });
  const hold: Step = (state) => steps.hold({ reason: 'legal-hold', accounts: [ids.account_id] }, now, state);
  const begin: Step = (state) => steps.begin(holders, now, state);
  const destroy: Step = (state) => steps.keysDestroyed({ holders, key_fingerprints: [sha256], positions }, now, state);
  const evict: Step = (state) => steps.cachesEvicted(now, state);
  const acknowledge: Step = (state) => steps.acknowledged('identity', { things: 1 }, now, state);
  const certify: Step = (state) => steps.certified('signed', now, state);

  it('tells once what holds it, and again when that is something else', () => {
    spec.given([requested]).when(hold).then([held]);
    spec.given([requested, held]).when(hold).thenNothing();
    const orphans: Step = (state) => steps.hold({ reason: 'last-admin', accounts: [] }, now, state);
    const other = { type: 'ErasureHeld', data: { ...ids, reason: 'last-admin', accounts: [], held_at: now } };
    spec.given([requested, held]).when(orphans).then([other]);
  });
  it('resumes before it begins, when it was held', () => {
    spec.given([requested]).when(begin).then([begun]);
    spec.given([requested, held]).when(begin).then([resumed, begun]);
  });
  it('come one after the other, each once', () => {
    spec.given([requested]).when(destroy).thenNothing();
    spec.given([requested, begun]).when(destroy).then([destroyed]);
    spec.given([requested, begun, destroyed]).when(destroy).thenNothing();
    spec.given([requested, begun]).when(evict).thenNothing();
    spec.given([requested, begun, destroyed]).when(evict).then([evicted]);
    spec.given([requested, begun, destroyed]).when(acknowledge).thenNothing();
    spec
      .given([requested, begun, destroyed, evicted])
      .when(acknowledge)
      .then([acknowledged('identity')]);
    spec
      .given([requested, begun, destroyed, evicted, acknowledged('identity')])
      .when(acknowledge)
      .thenNothing();
    spec
      .given([requested, begun, destroyed, evicted, ...services])
      .when(certify)
      .then([certified]);
  });
  it('are none after a cancellation, nor before anybody asked', () => {
    for (const step of [hold, begin, destroy, evict, acknowledge, certify]) {
      spec.given([requested, cancelled]).when(step).thenNothing();
      spec.given([]).when(step).thenNothing();
    }
  });
});

describe('what clients see of an erasure', () => {
  const shown = (events: ErasureEvent[]) => {
    const state = events.reduce(evolve, none);
    if (state.kind === 'none') throw new Error('nothing to show');
    return shownErasure(state);
  };
  it('is when it begins, and that it may be cancelled', () =>
    expect(shown([requested])).toMatchObject({
      status: 'scheduled',
      progress: { done: 0, total: 7 },
      waiting_for: [],
    }));
  it('is how far it is, and for whom it waits', () =>
    expect(shown([requested, begun, destroyed, evicted, acknowledged('identity')])).toMatchObject({
      ...{ status: 'erasing', progress: { done: 3, total: 7, percent: 43 } },
      waiting_for: ['profile', 'activity', 'export'],
    }));
  it('is that it was cancelled, and why', () =>
    expect(shown([requested, cancelled])).toMatchObject({ status: 'cancelled', cancelled: { reason: 'withdrawn' } }));
});

it('is not certified before its every step is done', () => {
  const state = [requested, begun].reduce(evolve, none);
  if (state.kind === 'none') throw new Error('it was asked for');
  expect(() => certificateOf(state, now, undefined as never)).toThrow('is not done');
});
