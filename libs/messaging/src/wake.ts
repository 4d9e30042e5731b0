/** Something to wait on until there is work: a hint is never lost, also when nobody waits at that moment. */
export interface Wake {
  now(): void;
  /** Resolves at the next `now()`, or after `ms`. */
  wait(ms: number): Promise<void>;
}

export function createWake(): Wake {
  let pending = false;
  let release: (() => void) | undefined;
  return {
    now() {
      pending = true;
      release?.();
    },
    async wait(ms) {
      if (!pending) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, ms);
          release = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      pending = false;
      release = undefined;
    },
  };
}
