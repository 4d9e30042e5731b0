/** Somebody's features and what became of them. */
export interface Example {
  values: readonly number[];
  gone: boolean;
}

export interface Fitted {
  intercept: number;
  weights: number[];
}

/** Keeps weights small where examples say little: a penalty on their squares, the intercept left alone. */
const penalty = 1;
const rounds = 25;
const enough = 1e-10;

/**
 * Logistic regression by Newton's method (iteratively reweighted least squares). The same examples give the same weights,
 * to the last digits.
 * @param examples with values of mean 0 and deviation 1
 */
export function fit(examples: readonly Example[]): Fitted {
  const size = examples[0]!.values.length + 1;
  let weights = new Array<number>(size).fill(0);
  for (let round = 0; round < rounds; round++) {
    const step = stepFrom(examples, weights);
    weights = weights.map((weight, index) => weight + step[index]!);
    if (Math.max(...step.map(Math.abs)) < enough) break;
  }
  return { intercept: weights[0]!, weights: weights.slice(1) };
}

function stepFrom(examples: readonly Example[], weights: readonly number[]): number[] {
  const slope = weights.map((weight, index) => (index === 0 ? 0 : -penalty * weight));
  const bend = weights.map((_, row) => weights.map((__, column) => (row === column && row > 0 ? penalty : 0)));
  for (const { values, gone } of examples) {
    const all = [1, ...values];
    const score = all.reduce((sum, value, index) => sum + value * weights[index]!, 0);
    const likely = 1 / (1 + Math.exp(-score));
    for (let row = 0; row < all.length; row++) {
      slope[row]! += ((gone ? 1 : 0) - likely) * all[row]!;
      const part = likely * (1 - likely) * all[row]!;
      for (let column = 0; column < all.length; column++) bend[row]![column]! += part * all[column]!;
    }
  }
  return solve(bend, slope);
}

/** Gauss and Jordan, with the largest pivot of each column. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, index) => [...row, right[index]!]);
  for (let column = 0; column < rows.length; column++) {
    const candidates = rows.slice(column).map((row) => Math.abs(row[column]!));
    const pivot = column + candidates.indexOf(Math.max(...candidates));
    [rows[column], rows[pivot]] = [rows[pivot]!, rows[column]!];
    const lead = rows[column]!;
    for (const [index, row] of rows.entries()) {
      const factor = index === column ? 0 : row[column]! / lead[column]!;
      rows[index] = row.map((value, place) => value - factor * lead[place]!);
    }
  }
  return rows.map((row, index) => row.at(-1)! / row[index]!);
}
