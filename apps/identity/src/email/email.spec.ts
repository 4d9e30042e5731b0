import { deciderSpec } from '@annals/testing';
import { evolveUser, users, type User } from '../user/user.js';
import { requestEmailChange, type RequestEmailChange } from './change-email.js';
import { claimEmail, type ClaimEmail } from './claim-email.js';
import { changeAddress } from './complete-email-change.js';
import { emails } from './email.js';
import { releaseEmail, type ReleaseEmail } from './release-email.js';

const ada = '018f0000-0000-7000-8000-0000000000a1';
const bob = '018f0000-0000-7000-8000-0000000000b2';
const email_hash = 'e'.repeat(32);
const now = '2026-03-01T12:00:00.000Z';
const claimed = (user_id: string) => ({ type: 'EmailClaimed', data: { email_hash, user_id, claimed_at: now } });
const released = (user_id: string) => ({
  type: 'EmailReleased',
  data: { email_hash, user_id, reason: 'registration-abandoned' },
});

describe('claiming an address', () => {
  const { given } = deciderSpec({ ...emails, decide: (command: ClaimEmail, email) => claimEmail(email, command) });
  const claim = (user_id: string) => ({ email_hash, user_id, now });

  it('gives a free address to who asks first', () =>
    given([])
      .when(claim(ada))
      .then([claimed(ada)]));
  it('leaves a claimed address where it is', () =>
    given([claimed(ada)])
      .when(claim(bob))
      .thenNothing());
  it('twice is once', () =>
    given([claimed(ada)])
      .when(claim(ada))
      .thenNothing());
  it('gives a released address to the next', () =>
    given([claimed(ada), released(ada)])
      .when(claim(bob))
      .then([claimed(bob)]));
});

describe('releasing an address', () => {
  const { given } = deciderSpec({
    ...emails,
    decide: (command: ReleaseEmail, email) => releaseEmail(email, command),
  });

  const release = { email_hash, user_id: ada, reason: 'registration-abandoned' } as const;

  it('frees it for the next', () =>
    given([claimed(ada)])
      .when(release)
      .then([released(ada)]));
  it('never touches the claim of somebody else', () =>
    given([claimed(bob)])
      .when(release)
      .thenNothing());
  it('leaves a later claim of the same person alone', () =>
    given([claimed(ada)])
      .when({ ...release, claimed_at: '2026-02-01T12:00:00.000Z' })
      .thenNothing());
  it('finds nothing to do on a free one', () => given([]).when(release).thenNothing());
});

describe('asking for another address', () => {
  const user_id = '018f0000-0000-7000-8000-0000000000a1';
  const request_id = '018f0000-0000-7000-8000-0000000000d1';
  const noon = '2026-03-01T12:00:00.000Z';
  const registered = {
    type: 'UserRegistered',
    data: {
      ...{
        user_id,
        email: 'ada@example.test',
        email_hash: 'old',
        name: 'Ada',
        home_account_id: null,
        status: 'pending',
      },
      ...{ profile_image: null, managed_by: null, joins: [] },
    },
  };
  const asked = (at: string) => ({ request_id, new_email: 'ada@new.example.test', email_hash: 'new', now: at });
  const requested = (requested_at: string) => {
    const { now: _, ...request } = asked(requested_at);
    return { type: 'EmailChangeRequested', data: { user_id, ...request, requested_at } };
  };
  const { given } = deciderSpec({
    ...users,
    decide: (command: RequestEmailChange, user: User) => requestEmailChange(user, command),
  });
  it('gives a mail', () =>
    given([registered])
      .when(asked(noon))
      .then([requested(noon)]));
  it('gives none to the address they have', () =>
    given([registered])
      .when({ ...asked(noon), email_hash: 'old' })
      .thenNothing());
  it('gives none to nobody', () => given([]).when(asked(noon)).thenNothing());
  it('gives one a minute and five a day', () => {
    given([registered, requested(noon)])
      .when(asked('2026-03-01T12:00:59.000Z'))
      .thenNothing();
    const five = [1, 2, 3, 4, 5].map((hour) => requested(`2026-03-01T0${hour}:00:00.000Z`));
    given([registered, ...five])
      .when(asked(noon))
      .thenNothing();
  });
  it('and proving it makes a pending person active', () => {
    const events = [registered, requested(noon)] as Parameters<typeof evolveUser>[1][];
    const asking = events.reduce(evolveUser, users.initial);
    const [changed] = changeAddress(asking, { request_id, email: 'ada@new.example.test' });
    expect(evolveUser(asking, changed!)).toMatchObject({ kind: 'active', email_hash: 'new', email_change: null });
    expect(changeAddress(asking, { request_id: user_id, email: 'x' })).toEqual([]);
  });
});
