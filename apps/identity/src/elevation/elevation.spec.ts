import { deciderSpec } from '@annals/testing';
import { sessions, type Session } from '../session/session.js';
import { elevationFor } from './elevation.js';
import { endElevation, type EndElevation } from './end-elevation.js';
import { startElevation, type StartElevation } from './start-elevation.js';

const own = {
  session_id: '018f0000-0000-7000-8000-0000000000c1',
  user_id: '018f0000-0000-7000-8000-0000000000a1',
};
const account_id = '018f0000-0000-7000-8000-00000000000a';
const elevation_id = '018f0000-0000-7000-8000-0000000000e1';
const other_id = '018f0000-0000-7000-8000-0000000000e2';
const reason = 'Ticket 4711: the import does not start';
const now = '2026-03-01T12:00:00.000Z';

const signedIn = {
  type: 'SessionStarted',
  data: {
    ...own,
    ...{ device_id: '018f0000-0000-7000-8000-0000000000d1', device_name: null, ip_address: null, user_agent: null },
    ...{ auth_methods: ['pwd'], expires_at: '2026-03-31T12:00:00.000Z' },
  },
};
const signedOut = { type: 'SessionEnded', data: { ...own, reason: 'logout' } };
const started = {
  type: 'ElevationStarted',
  data: { elevation_id, ...own, account_id, reason, expires_at: '2026-03-01T12:30:00.000Z' },
};
const ended = (why: EndElevation['reason']) => ({
  type: 'ElevationEnded',
  data: { elevation_id, ...own, account_id, reason: why },
});

describe('starting an elevation', () => {
  const { given } = deciderSpec({
    ...sessions,
    decide: (command: StartElevation, session: Session) => startElevation(session, command),
  });
  const start: StartElevation = { elevation_id, account_id, reason, minutes: 30, now };
  it('is a fact with a reason and an end', () => given([signedIn]).when(start).then([started]));
  it('twice is once', () => given([signedIn, started]).when(start).thenNothing());
  it('is refused while one is in force there', () =>
    given([signedIn, started])
      .when({ ...start, elevation_id: other_id })
      .thenRefuses('already-elevated'));
  it('may follow one that is over', () => {
    const later = { ...start, elevation_id: other_id, now: '2026-03-01T12:30:00.000Z' };
    given([signedIn, started])
      .when(later)
      .then([
        { ...started, data: { ...started.data, elevation_id: other_id, expires_at: '2026-03-01T13:00:00.000Z' } },
      ]);
  });
  it('never outlives the session', () =>
    given([signedIn])
      .when({ ...start, now: '2026-03-31T11:50:00.000Z' })
      .then([{ ...started, data: { ...started.data, expires_at: '2026-03-31T12:00:00.000Z' } }]));
  it('needs a session that lives', () => given([signedIn, signedOut]).when(start).thenRefuses('session-over'));
});

describe('ending an elevation', () => {
  const { given } = deciderSpec({
    ...sessions,
    decide: (command: EndElevation, session: Session) => endElevation(session, command),
  });
  const end: EndElevation = { elevation_id, reason: 'ended' };
  it('is a fact with a reason', () =>
    given([signedIn, started])
      .when(end)
      .then([ended('ended')]));
  it('twice is once', () =>
    given([signedIn, started, ended('expired')])
      .when(end)
      .thenNothing());
  it('is told of a session that has ended, too', () =>
    given([signedIn, started, signedOut])
      .when({ ...end, reason: 'session-ended' })
      .then([ended('session-ended')]));
  it('has nothing to do for one that never was', () => given([signedIn]).when(end).thenNothing());
});

it('an elevation holds for its account alone, and until its end', () => {
  const all = [{ elevation_id, account_id, reason, expires_at: '2026-03-01T12:30:00.000Z' }];
  expect(elevationFor(all, account_id, '2026-03-01T12:29:59.999Z')).toBe(all[0]);
  expect(elevationFor(all, account_id, '2026-03-01T12:30:00.000Z')).toBeUndefined();
  expect(elevationFor(all, other_id, now)).toBeUndefined();
});
