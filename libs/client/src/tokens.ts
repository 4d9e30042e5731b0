export interface Tokens {
  access: string | null;
  refresh: string | null;
}

export interface TokenKeeper {
  access(): string | null;
  replace(tokens: Tokens): void;
  /**
   * Gets a new access token; calls at the same time share one exchange, because a refresh token counts once.
   * @param rejected the access token that was refused: when another call has replaced it already, nothing is asked.
   * @returns whether there is a new token to try.
   */
  renew(rejected: string | null): Promise<boolean>;
}

/** @param exchange asks the server for successors; null when the refresh token does not count any more. */
export function keepTokens(
  initial: Tokens,
  exchange: (refreshToken: string) => Promise<Tokens | null>,
  onTokens: (tokens: Tokens) => void = () => undefined,
): TokenKeeper {
  let tokens = initial;
  let renewing: Promise<boolean> | undefined;
  const renewOnce = async (refreshToken: string): Promise<boolean> => {
    const successors = await exchange(refreshToken);
    tokens = successors ?? { access: null, refresh: null };
    onTokens(tokens);
    return successors !== null;
  };
  return {
    access: () => tokens.access,
    replace: (next) => {
      tokens = next;
    },
    renew: (rejected) => {
      if (renewing) return renewing;
      if (tokens.access !== rejected) return Promise.resolve(tokens.access !== null);
      if (!tokens.refresh) return Promise.resolve(false);
      renewing = renewOnce(tokens.refresh).finally(() => {
        renewing = undefined;
      });
      return renewing;
    },
  };
}
