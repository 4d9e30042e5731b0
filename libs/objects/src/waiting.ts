/** Waits for work, but not longer than a limit in milliseconds. @throws Error with `late` as its message */
export async function inTime<T>(work: Promise<T>, limitMs: number, late: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${late}: nothing for ${limitMs} ms`)), limitMs);
  });
  return Promise.race([work, limit]).finally(() => clearTimeout(timer));
}

/** Does the work for every item, so many at once. Stops taking items at the first failure and throws it. */
export async function forEachOf<T>(
  items: AsyncGenerator<T>,
  atOnce: number,
  work: (item: T) => Promise<unknown>,
): Promise<void> {
  const one = async () => {
    // All share one generator: each item goes to one of them, and a failure in one ends it for the others.
    for await (const item of items) await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, one));
}
