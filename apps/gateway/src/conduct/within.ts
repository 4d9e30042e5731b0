/** What a promise resolves to, or `late` after this many milliseconds. */
export async function within<T>(milliseconds: number, work: Promise<T>): Promise<T | 'late'> {
  let timeout: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timeout = setTimeout(() => resolve('late'), milliseconds);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timeout));
}
