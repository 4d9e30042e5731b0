import { mountInside } from '@annals/service';

/** What a verifier of our tokens needs to know (OpenID Connect Discovery 1.0, as far as it applies to us). */
export const openidConfiguration = (issuer: string) =>
  mountInside({ method: 'GET', path: '/internal/openid-configuration', principals: 'anybody' }, async () => ({
    status: 200,
    headers: { 'cache-control': 'public, max-age=300' },
    body: {
      issuer,
      jwks_uri: `${issuer}/.well-known/jwks.json`,
      token_endpoint: `${issuer}/api/v1/auth/login`,
      id_token_signing_alg_values_supported: ['EdDSA'],
      subject_types_supported: ['public'],
      response_types_supported: ['token'],
      claims_supported: ['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti', 'sid', 'account_id', 'amr'],
    },
  }));
