import type { DomainEvent, StandingEvent } from '@annals/contracts';
import { erased } from '@annals/event-store';
import { deciderSpec, laws } from '@annals/testing';
import fc from 'fast-check';
import { decideLift, decidePlace, decideRelease, decideRestrict } from './decide-standing.js';
import { holdAt, standings } from './standing.js';

const about = {
  account_id: '018f0000-0000-7000-8000-00000000000a',
  user_id: '018f0000-0000-7000-8000-0000000000b1',
};
const by = '018f0000-0000-7000-8000-0000000000b2';
const [now, soon, later] = ['2026-03-01T12:00:00.000Z', '2026-03-02T12:00:00.000Z', '2026-04-01T12:00:00.000Z'];
const reason = 'Proceedings 12 Cg 34/26';
const placed = (until: string | null = null, why = reason, at = now): StandingEvent => ({
  type: 'LegalHoldPlaced',
  data: { ...about, reason: why, placed_by_id: by, until, placed_at: at },
});
const released: StandingEvent = { type: 'LegalHoldReleased', data: { ...about, released_by_id: by, released_at: now } };
const restricted = (why = reason): StandingEvent => ({
  type: 'ProcessingRestricted',
  data: { ...about, reason: why, restricted_by_id: by, restricted_at: now },
});
const lifted: StandingEvent = {
  type: 'ProcessingRestrictionLifted',
  data: { ...about, lifted_by_id: by, lifted_at: now },
};
const asked = { ...about, by, now };

describe('placing a legal hold', () => {
  const spec = deciderSpec({ ...standings, decide: decidePlace });
  const place = (until: string | null = null, at = now) => ({ ...asked, now: at, reason, until });

  it('says why, by whom and until when', () =>
    spec
      .given([])
      .when(place(soon))
      .then([placed(soon)]));
  it('twice is once', () => spec.given([placed()]).when(place()).thenNothing());
  it('says it anew with another end or other words', () => {
    spec
      .given([placed()])
      .when(place(soon))
      .then([placed(soon)]);
    spec
      .given([placed(null, 'Other words')])
      .when(place())
      .then([placed()]);
  });
  it('places again what was released, and what has ended by itself', () => {
    spec.given([placed(), released]).when(place()).then([placed()]);
    spec
      .given([placed(soon)])
      .when(place(soon, later))
      .then([placed(soon, reason, later)]);
  });
});

describe('releasing a legal hold', () => {
  const spec = deciderSpec({ ...standings, decide: decideRelease });
  it('ends it, once', () => {
    spec.given([placed()]).when(asked).then([released]);
    spec.given([placed(), released]).when(asked).thenNothing();
  });
  it('has nothing to end where there is none, or it ended by itself', () => {
    spec.given([restricted()]).when(asked).thenNothing();
    spec
      .given([placed(soon)])
      .when({ ...asked, now: later })
      .thenNothing();
  });
});

describe('restricting processing', () => {
  const spec = deciderSpec({ ...standings, decide: decideRestrict });
  const restrict = { ...asked, reason };
  it('says why and by whom, and twice is once', () => {
    spec.given([placed()]).when(restrict).then([restricted()]);
    spec.given([restricted()]).when(restrict).thenNothing();
  });
  it('says it anew with other words', () =>
    spec
      .given([restricted('Other')])
      .when(restrict)
      .then([restricted()]));
});

describe('lifting a restriction', () => {
  const spec = deciderSpec({ ...standings, decide: decideLift });
  it('ends it, once, and leaves a hold as it is', () => {
    spec.given([placed(), restricted()]).when(asked).then([lifted]);
    spec.given([restricted(), lifted]).when(asked).thenNothing();
  });
});

describe('a standing', () => {
  const stateOf = (...events: DomainEvent[]) => events.reduce(standings.evolve, standings.initial);
  it('is held until the moment that is said, and not at it', () => {
    const state = stateOf(placed(soon));
    expect([holdAt(state, now), holdAt(state, soon)]).toEqual([expect.objectContaining({ until: soon }), null]);
  });
  it('has no reason any more once its person is erased', () => {
    const gone = (event: StandingEvent) => ({ ...event, data: { ...event.data, reason: erased } });
    const { hold, restriction } = stateOf(gone(placed()), gone(restricted()));
    expect([hold, restriction]).toEqual([
      expect.objectContaining({ reason: null, placed_by_id: by }),
      expect.objectContaining({ reason: null }),
    ]);
  });
  it('has no other events', () =>
    expect(() => stateOf({ type: 'ExportRequested', data: {} })).toThrow('no event ExportRequested'));
});

const histories = fc.array(fc.constantFrom(placed(), placed(soon), released, restricted(), lifted), { maxLength: 6 });
const commands = fc.constantFrom(now, soon, later).map((at) => ({ ...asked, now: at, reason, until: null }));
for (const [name, decide] of Object.entries({ decidePlace, decideRelease, decideRestrict, decideLift })) {
  laws(
    name,
    { ...standings, decide },
    {
      ...{ commands, histories },
    },
  );
}
