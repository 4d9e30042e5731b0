import type { LoginAnswerBody, SignedInBody } from '@annals/contracts';

/**
 * The session of a sign-in with a password.
 * @throws Error when the person is asked for a second factor, which `verifyMfaRoute` takes with the answer's challenge
 */
export function signedIn(answer: LoginAnswerBody): SignedInBody {
  if ('mfa_required' in answer) throw new Error('This person signs in with a second factor');
  return answer;
}
