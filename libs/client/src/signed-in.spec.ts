import type { LoginAnswerBody, SignedInBody } from '@annals/contracts';
import { signedIn } from './signed-in.js';

const session: SignedInBody = {
  ...{ access_token: 'a', token_type: 'Bearer', expires_in: 300, refresh_token: 'r', accounts: [], account_id: null },
  session_id: '018f0000-0000-7000-8000-0000000000c1',
  user_id: '018f0000-0000-7000-8000-0000000000b1',
  device_id: '018f0000-0000-7000-8000-0000000000d1',
};

describe('the answer to a right password', () => {
  it('is a session for who has no second factor', () => expect(signedIn(session)).toBe(session));

  it('is none yet for who has one', () => {
    const asked: LoginAnswerBody = {
      ...{ mfa_required: true, challenge: 'c', methods: ['totp'], expires_in: 300, passkey_options: null },
    };
    expect(() => signedIn(asked)).toThrow('second factor');
  });
});
