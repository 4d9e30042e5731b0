/** Tells waiting subscribers that the log has grown. */
export interface CommitSignal {
  /** Last position that readers may have. */
  position(): number;
  announce(position: number): void;
  /** Resolves once the log is past `position`, or when `signal` aborts. */
  past(position: number, signal: AbortSignal): Promise<void>;
}

export function createCommitSignal(): CommitSignal {
  let committed = 0;
  const waiting = new Set<() => void>();
  return {
    position: () => committed,
    announce: (position) => {
      committed = position;
      for (const wake of [...waiting]) wake();
    },
    past: (position, signal) => {
      if (committed > position || signal.aborted) return Promise.resolve();
      return new Promise((resolve) => {
        const wake = () => {
          waiting.delete(wake);
          signal.removeEventListener('abort', wake);
          resolve();
        };
        waiting.add(wake);
        signal.addEventListener('abort', wake);
      });
    },
  };
}
