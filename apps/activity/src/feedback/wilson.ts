/** The two-sided 95 % quantile of the normal distribution. */
const z = 1.959964;

/**
 * Wilson's score interval (E. B. Wilson 1927) at 95 %: where a share lies that was found among `people`. Unlike the usual
 * formula it holds for few people and for shares near 0 and 1, and stays between them.
 * @param share from 0 to 1
 * @param people more than 0
 */
export function wilson(share: number, people: number): { low: number; high: number } {
  const weight = (z * z) / people;
  const middle = (share + weight / 2) / (1 + weight);
  const half = (z * Math.sqrt((share * (1 - share)) / people + weight / (4 * people))) / (1 + weight);
  return { low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}
