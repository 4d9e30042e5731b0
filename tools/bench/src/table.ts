import { median, type Cell } from './profile-rounds.js';

const round = (value: number) => (value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(1));

/** One markdown table per kind of work; ratios are to Annals at the same number of connections. */
export function workTables(what: string, cells: readonly Cell[], subject: string): string {
  return (['read', 'update'] as const)
    .map((work) => {
      const ofWork = cells.filter((cell) => cell.work === work);
      const rows = ofWork.map((cell) => {
        const ours = ofWork.find((other) => other.contender === subject && other.connections === cell.connections);
        const ratio = ours ? median(ours.perSecond) / median(cell.perSecond) : Number.NaN;
        const spread = `${round(Math.min(...cell.perSecond))}–${round(Math.max(...cell.perSecond))}`;
        return `| ${cell.connections} | ${cell.contender} | ${round(median(cell.perSecond))} | ${spread} | ${round(median(cell.cpuMicroseconds))} | ${(median(cell.p50) / 1000).toFixed(2)} | ${(median(cell.p99) / 1000).toFixed(2)} | ${cell.errors} | ${cell.contender === subject ? '1' : `${ratio.toFixed(1)} ×`} |`;
      });
      return [
        `### ${what} ${work}`,
        '',
        '| connections | system | per second | lowest–highest | CPU µs per operation | p50 ms | p99 ms | errors | Annals is faster by |',
        '|---|---|---|---|---|---|---|---|---|',
        ...rows,
      ].join('\n');
    })
    .join('\n\n');
}
