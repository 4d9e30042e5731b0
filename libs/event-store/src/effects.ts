/** Sees whether what one request asked for has had an effect. */
export interface EffectWatch {
  /**
   * Whether an event of the request's transaction was written since the watch began, or a command of it turned out to
   * have been carried out before.
   */
  happened(): boolean;
  /** Ends the watch. */
  end(): void;
}

/** Requests being answered, and which of them have changed anything. Holds no more than is in flight. */
export interface Effects {
  /** @param transactionId that of the request's context */
  watch(transactionId: string): EffectWatch;
  /** Says that a command of this transaction was written, now or earlier. */
  note(transactionId: string): void;
}

export function watchEffects(): Effects {
  const watched = new Map<string, Set<{ happened: boolean }>>();
  return {
    watch(transactionId) {
      const state = { happened: false };
      const others = watched.get(transactionId) ?? new Set();
      watched.set(transactionId, others.add(state));
      return {
        happened: () => state.happened,
        end() {
          others.delete(state);
          if (others.size === 0 && watched.get(transactionId) === others) watched.delete(transactionId);
        },
      };
    },
    note(transactionId) {
      for (const state of watched.get(transactionId) ?? []) state.happened = true;
    },
  };
}
