/** Runs work on the same key one after another, and on different keys side by side. */
export type InOrder = <T>(key: string, work: () => Promise<T>) => Promise<T>;

export function inOrder(): InOrder {
  const tails = new Map<string, Promise<void>>();
  return async (key, work) => {
    const before = tails.get(key);
    let done = (): void => undefined;
    const own = new Promise<void>((resolve) => (done = resolve));
    tails.set(key, own);
    try {
      if (before) await before;
      return await work();
    } finally {
      done();
      if (tails.get(key) === own) tails.delete(key);
    }
  };
}
