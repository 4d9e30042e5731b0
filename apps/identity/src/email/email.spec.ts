import { deciderSpec } from '@annals/testing';
import { claimEmail, type ClaimEmail } from './claim-email.js';
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
