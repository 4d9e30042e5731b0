/** Wait before try number `failures` + 1, in milliseconds: doubling, with jitter so that many do not come at once. */
export function backOff(failures: number, firstMs = 100, maxMs = 5_000): number {
  const ceiling = Math.min(maxMs, firstMs * 2 ** Math.min(failures, 20));
  return ceiling / 2 + Math.random() * (ceiling / 2);
}
