import type { TokenIssuer } from '@annals/auth';
import { mountInside } from '@annals/service';

/** The public keys that verifiers need now. */
export const jwks = (tokens: TokenIssuer) =>
  mountInside({ method: 'GET', path: '/internal/jwks', principals: 'anybody' }, async () => ({
    status: 200,
    headers: { 'cache-control': 'public, max-age=300' },
    body: tokens.jwks(),
  }));
