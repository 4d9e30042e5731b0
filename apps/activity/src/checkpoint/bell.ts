/** Wakes one who waits. A ring while nobody waits is kept for the next wait. */
export interface Bell {
  ring: () => void;
  /** Resolves at a ring, when the signal aborts, or after this many milliseconds. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

export function createBell(): Bell {
  let rung = false;
  let wake: () => void = () => undefined;
  return {
    ring() {
      rung = true;
      wake();
    },
    async wait(ms, signal) {
      const over = new AbortController();
      await new Promise<void>((resolve) => {
        wake = resolve;
        const timer = setTimeout(resolve, ms);
        over.signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
        signal.addEventListener('abort', () => resolve(), { signal: over.signal });
        if (rung || signal.aborted) resolve();
      });
      over.abort();
      rung = false;
    },
  };
}
