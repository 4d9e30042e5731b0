import { createTokenVerifier, type ExternalIssuer, type TokenVerifier } from '@annals/auth';

/** The issuers of others that this system trusts. */
export interface ExternalIssuers {
  find(issuer: string): ExternalIssuer | undefined;
  /** Verifies a token that somebody brings to be linked: an ID token counts besides, where its client is configured. */
  brought: TokenVerifier;
}

export function externalIssuers(list: readonly ExternalIssuer[]): ExternalIssuers {
  const byName = new Map(list.map((issuer) => [issuer.issuer, issuer]));
  const forLinking = list.map((issuer) => ({
    ...issuer,
    audience: [issuer.audience, issuer.link_audience ?? []].flat(),
  }));
  return { find: (issuer) => byName.get(issuer), brought: createTokenVerifier({ issuers: forLinking }) };
}
