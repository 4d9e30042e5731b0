import { deciderSpec } from '@annals/testing';
import { endSession, type EndSession } from './end-session.js';
import { sessions, type Session } from './session.js';
import { startSession, type StartSession } from './start-session.js';
import { switchAccount } from './switch-account.js';

const ids = {
  session_id: '018f0000-0000-7000-8000-0000000000c1',
  user_id: '018f0000-0000-7000-8000-0000000000a1',
};
const account_id = '018f0000-0000-7000-8000-00000000000a';
const stranger = '018f0000-0000-7000-8000-0000000000b2';
const device = {
  ...{ device_id: '018f0000-0000-7000-8000-0000000000d1', device_name: 'laptop' },
  ...{ ip_address: '203.0.113.7', user_agent: 'jest', auth_methods: ['pwd'] },
};
const started = { type: 'SessionStarted', data: { ...ids, ...device, expires_at: '2026-03-31T12:00:00.000Z' } };
const ended = { type: 'SessionEnded', data: { ...ids, reason: 'logout' } };
const switched = { type: 'AccountSwitched', data: { ...ids, account_id } };

describe('starting a session', () => {
  const { given } = deciderSpec({
    ...sessions,
    decide: (command: StartSession, session: Session) => startSession(session, command),
  });
  const start: StartSession = {
    ...{ ...ids, ...device, lifetime: 30 * 86_400, suspicions: [], now: '2026-03-01T12:00:00.000Z' },
  };
  const unusual = { type: 'NewCountrySeen' as const, data: { ...ids, country: 'DE', ip_address: null } };
  it('lasts as long as it may', () => given([]).when(start).then([started]));
  it('says in the same breath what is unusual about it', () =>
    given([])
      .when({ ...start, suspicions: [unusual] })
      .then([started, unusual]));
  it('twice is once', () => given([started]).when(start).thenNothing());
  it('never starts a session that ended again', () => given([started, ended]).when(start).thenNothing());
});

describe('ending a session', () => {
  const { given } = deciderSpec({
    ...sessions,
    decide: (command: EndSession, session: Session) => endSession(session, command),
  });
  const end: EndSession = { user_id: ids.user_id, reason: 'logout' };
  it('is a fact with a reason', () => given([started]).when(end).then([ended]));
  it('twice is once', () => given([started, ended]).when(end).thenNothing());
  it('says how a refresh token came twice', () =>
    given([started])
      .when({
        ...{ user_id: ids.user_id, reason: 'refresh-reuse' },
        replay: { other_network: true, ip_address: '198.51.100.7', user_agent: null },
      })
      .then([
        {
          type: 'RefreshTokenReplayed',
          data: { ...ids, other_network: true, ip_address: '198.51.100.7', user_agent: null },
        },
        { type: 'SessionEnded', data: { ...ids, reason: 'refresh-reuse' } },
      ]));
  it('finds no session that never was', () => given([]).when(end).thenRefuses('session-not-found'));
  it('finds no session of somebody else', () =>
    given([started])
      .when({ ...end, user_id: stranger })
      .thenRefuses('session-not-found'));
  it('tells nobody that somebody else’s session has ended', () =>
    given([started, ended])
      .when({ ...end, user_id: stranger })
      .thenRefuses('session-not-found'));
});

describe('switching account', () => {
  const { given } = deciderSpec({
    ...sessions,
    decide: (command: { account_id: string }, session: Session) => switchAccount(session, command),
  });
  it('is a fact each time', () => given([started, switched]).when({ account_id }).then([switched]));
  it('needs a session that lives', () => given([started, ended]).when({ account_id }).thenRefuses('session-over'));
});
