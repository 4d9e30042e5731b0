import { Problem } from '@annals/contracts';

const MAX_TOKEN = 8 * 1024;
const challenge = (error?: string) => ({ 'www-authenticate': error ? `Bearer error="${error}"` : 'Bearer' });

/**
 * The token of an Authorization header (RFC 6750 §2.1). Tokens in the query or a body are not looked for.
 * @throws Problem 401 `token-required`, `token-malformed`
 */
export function bearerToken(header: string | undefined): string {
  if (!header) throw new Problem(401, 'token-required', 'Sign in to do this', { headers: challenge() });
  const token = header.slice(0, 7).toLowerCase() === 'bearer ' ? header.slice(7).trim() : '';
  if (token === '' || token.length > MAX_TOKEN || /[^\w.~+/=-]/.test(token)) {
    throw new Problem(401, 'token-malformed', 'The Authorization header holds no bearer token', {
      headers: challenge('invalid_token'),
    });
  }
  return token;
}
