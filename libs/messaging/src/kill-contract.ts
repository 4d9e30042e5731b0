import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type BusConfig } from './connect-bus.js';
import { createBench, numbered, texts, type Bench, type BusFixture } from './contract/fixture.js';

export interface KillFixture extends BusFixture {
  config: BusConfig;
}

/** What a killed process may cost: its open batch is delivered again, its committed ones are not. Needs a build. */
export function killContract(name: string, start: () => Promise<KillFixture>): void {
  describe(`a process killed while it consumes from ${name}`, () => {
    let fixture: KillFixture;
    let bench: Bench;
    beforeAll(async () => {
      fixture = await start();
      bench = createBench(fixture);
    }, 120_000);
    afterAll(async () => {
      await bench?.close();
      await fixture?.dispose();
    }, 30_000);

    it('leaves its open batch to the next member, complete and in order', async () => {
      const topic = await bench.topic(1);
      const group = bench.group();
      await bench.bus().publish(topic, numbered(15, 1));
      // Longer than a busy machine keeps the victim from a sign of life: expelled, it would be handed its first batch again.
      const options = { group, topics: [topic], sessionTimeoutMs: 6_000 };
      const script = join(__dirname, '../dist/contract/victim.js');
      const victim = spawn(process.execPath, [script, JSON.stringify(fixture.config), JSON.stringify(options)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const handed: string[][] = [];
      for await (const line of createInterface(victim.stdout)) {
        handed.push(JSON.parse(line) as string[]);
        if (handed.length === 2) victim.kill('SIGKILL');
      }
      expect(handed).toEqual([
        ['0', '1', '2', '3', '4'],
        ['5', '6', '7', '8', '9'],
      ]);
      const { until } = await bench.collect(bench.bus(), options);
      expect(texts(await until(10))).toEqual(['5', '6', '7', '8', '9', '10', '11', '12', '13', '14']);
    }, 120_000);
  });
}
