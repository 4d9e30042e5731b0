import type { Contender } from './contender.js';
import { closedLoop, type Measured } from './load.js';
import { cpuSecondsOf } from './processes.js';

/** One cell of the table: a contender doing one kind of work at one width. */
export interface Cell {
  contender: string;
  work: 'read' | 'update';
  connections: number;
  perSecond: number[];
  /** CPU over all processes of the contender, microseconds per operation. */
  cpuMicroseconds: number[];
  p50: number[];
  p99: number[];
  errors: number;
}

export interface Rounds {
  rounds: number;
  seconds: number;
  connections: readonly number[];
}

async function once(
  contender: Contender,
  work: Cell['work'],
  connections: number,
  seconds: number,
): Promise<Measured & { cpu: number }> {
  const cpuBefore = cpuSecondsOf(contender.processes);
  const startedAt = process.hrtime.bigint();
  const measured = await closedLoop({ baseUrl: contender.baseUrl, connections, seconds, shot: contender[work] });
  if (work === 'update') await contender.settle();
  const elapsed = Number(process.hrtime.bigint() - startedAt) / 1e9;
  return { ...measured, seconds: elapsed, cpu: cpuSecondsOf(contender.processes) - cpuBefore };
}

/** Lets everybody take turns, round after round, so that a busy minute of the machine hits all alike. */
export async function measureRounds(
  contenders: readonly Contender[],
  plan: Rounds,
  tell: (line: string) => void,
): Promise<Cell[]> {
  const cells = new Map<string, Cell>();
  for (let round = 0; round <= plan.rounds; round++) {
    for (const work of ['read', 'update'] as const) {
      for (const connections of plan.connections) {
        for (const contender of contenders) {
          const measured = await once(contender, work, connections, plan.seconds);
          // The first round warms everybody up and is not counted.
          if (round === 0) continue;
          const key = `${contender.name}/${work}/${connections}`;
          const empty = {
            contender: contender.name,
            work,
            connections,
            perSecond: [],
            cpuMicroseconds: [],
            p50: [],
            p99: [],
            errors: 0,
          };
          const cell: Cell = cells.get(key) ?? empty;
          cells.set(key, cell);
          cell.perSecond.push(measured.requests / measured.seconds);
          cell.cpuMicroseconds.push((measured.cpu / measured.requests) * 1e6);
          cell.p50.push(measured.p50);
          cell.p99.push(measured.p99);
          cell.errors += measured.errors;
          tell(
            `round ${round}: ${key} ${Math.round(measured.requests / measured.seconds)}/s, ${measured.errors} errors`,
          );
        }
      }
    }
  }
  return [...cells.values()];
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low = Number.NaN, high = low] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return (low + high) / 2;
}
