import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LaunchedStack } from '@annals/stack';
import { closedLoop, openLoop, type Measured } from '../load.js';
import { cpuSecondsOf } from '../processes.js';
import { median, type Rounds } from '../profile-rounds.js';
import { batchOf, batchSize, track, trackers, untilLevel } from './trackers.js';

interface Round extends Measured {
  /** Microseconds of all our processes for one fact, until every projection is level. */
  cpuOfFact: number;
  /** Milliseconds from the last answer until every projection is level. */
  levelMs: number;
}

/** Different batches; made before, for making them costs the measuring process as much as sending them. */
const batches = Array.from({ length: 64 }, (_, n) => batchOf(n));
const people = 64;
/** Batches a second at which latency is asked for: a third of the goal of 15,000 facts. */
const moderate = 100;

/**
 * Facts that clients tell, fifty in a request, each answered when it is durable, while every projection of the service
 * follows. Everybody has a stream of their own, as outside.
 */
export async function factsTable(stack: LaunchedStack, { rounds, seconds, connections }: Rounds): Promise<string> {
  const tokens = await trackers(stack.api, people);
  const { pid } = JSON.parse(readFileSync(join(stack.layout.dataDir, 'stack.json'), 'utf8')) as { pid: number };
  const shot = (n: number) => track(tokens[n % people]!, batches[n % batches.length]!);
  const baseUrl = stack.layout.url;

  async function once(width: number): Promise<Round> {
    const before = cpuSecondsOf([pid]);
    const measured = await closedLoop({ baseUrl, connections: width, seconds, shot });
    const start = performance.now();
    await untilLevel(stack.api, tokens[0]!);
    const levelMs = performance.now() - start;
    const cpuOfFact = ((cpuSecondsOf([pid]) - before) * 1e6) / (measured.requests * batchSize);
    return { ...measured, cpuOfFact, levelMs };
  }

  const found = new Map<number, Round[]>(connections.map((width) => [width, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const width of connections) {
      const measured = await once(width);
      // The first round warms everybody up and is not counted.
      if (round > 0) found.get(width)!.push(measured);
    }
  }
  const paced = await openLoop({ baseUrl, connections: 64, seconds, shot, perSecond: moderate });
  await untilLevel(stack.api, tokens[0]!);
  const rows = [...found].map(([width, measured]) => rowOf(width, measured));
  return [
    `### Facts of clients, ${batchSize} in a request, durable before the answer`,
    '',
    '| connections | facts a second | lowest–highest | p50 ms | p99 ms | CPU µs of a fact, projections included | ms until projections are level | errors |',
    '|---|---|---|---|---|---|---|---|',
    ...rows,
    '',
    `At ${moderate * batchSize} facts a second, counted from when each was due: p50 ${ms(paced.p50)} ms, p99 ${ms(paced.p99)} ms, ${paced.errors} errors.`,
  ].join('\n');
}

const ms = (microseconds: number) => (microseconds / 1000).toFixed(1);
const whole = (value: number) => Math.round(value).toLocaleString('en');

function rowOf(width: number, measured: readonly Round[]): string {
  const rates = measured.map(({ requests, errors, seconds }) => ((requests - errors) * batchSize) / seconds);
  const middle = (pick: (round: Round) => number) => median(measured.map(pick));
  return `| ${[
    width,
    whole(median(rates)),
    `${whole(Math.min(...rates))}–${whole(Math.max(...rates))}`,
    ms(middle((round) => round.p50)),
    ms(middle((round) => round.p99)),
    middle((round) => round.cpuOfFact).toFixed(0),
    whole(middle((round) => round.levelMs)),
    measured.reduce((sum, { errors }) => sum + errors, 0),
  ].join(' | ')} |`;
}
