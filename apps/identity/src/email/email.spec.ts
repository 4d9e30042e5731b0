import { deciderSpec } from '@annals/testing';
import { claimEmail, type ClaimEmail } from './claim-email.js';
import { emails } from './email.js';
import { releaseEmail } from './release-email.js';

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
    decide: (command: { email_hash: string; user_id: string }, email) => releaseEmail(email, command),
  });

  it('frees it for the next', () =>
    given([claimed(ada)])
      .when({ email_hash, user_id: ada })
      .then([released(ada)]));
  it('never touches the claim of somebody else', () =>
    given([claimed(bob)])
      .when({ email_hash, user_id: ada })
      .thenNothing());
  it('finds nothing to do on a free one', () => given([]).when({ email_hash, user_id: ada }).thenNothing());
});
