/** A forecast and what became of it. */
export interface Judged {
  /** The larger, the likelier. */
  score: number;
  gone: boolean;
}

/** How often somebody who goes is put above somebody who stays (area under the ROC curve); ties count half. */
export function auc(judged: readonly Judged[]): number {
  const sorted = [...judged].sort((a, b) => a.score - b.score);
  let [ranks, goers] = [0, 0];
  for (let begin = 0; begin < sorted.length;) {
    let end = begin;
    while (end < sorted.length && sorted[end]!.score === sorted[begin]!.score) end++;
    const gone = sorted.slice(begin, end).filter((one) => one.gone).length;
    ranks += (gone * (begin + 1 + end)) / 2;
    goers += gone;
    begin = end;
  }
  return (ranks - (goers * (goers + 1)) / 2) / (goers * (sorted.length - goers));
}

const bins = 10;

/** Mean distance of what was forecast from what came true, over tenths of the scale (expected calibration error). */
export function calibrationError(judged: readonly Judged[]): number {
  const mean = (of: readonly number[]) => of.reduce((sum, value) => sum + value, 0) / of.length;
  return Array.from({ length: bins }, (_, bin) =>
    judged.filter(({ score }) => Math.min(bins - 1, Math.floor(score * bins)) === bin),
  )
    .filter((bin) => bin.length > 0)
    .map((bin) => {
      const off = Math.abs(mean(bin.map(({ score }) => score)) - mean(bin.map(({ gone }) => Number(gone))));
      return (off * bin.length) / judged.length;
    })
    .reduce((sum, part) => sum + part, 0);
}
