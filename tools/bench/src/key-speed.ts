import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { holderOf } from '@annals/event-store';
import { createPool, subjectKeys } from '@annals/postgres';
import type { LaunchedStack } from '@annals/stack';

const atOnce = 16;

/** Operations a second of the key service, over its own database: with what is in memory, and without. */
export async function keyTable(stack: LaunchedStack, seconds: number): Promise<string> {
  const operator = JSON.parse(readFileSync(join(stack.layout.keysDir, 'operator.json'), 'utf8')) as Record<
    string,
    string
  >;
  const pool = createPool({ url: operator.KEYS_DATABASE_URL ?? '', applicationName: 'annals-bench', max: atOnce });
  const keys = subjectKeys(pool, Buffer.from(operator.KEY_ENCRYPTION_KEY ?? '', 'base64'));
  const account = randomUUID();
  const holder = () => holderOf(randomUUID(), account);
  try {
    const known = holder();
    const { id } = await keys.current(known, 'profile');
    const made: string[] = [];
    const rows: [string, number][] = [
      ['a key in memory', await perSecond(seconds, async () => void (await keys.current(known, 'profile')))],
      ['a key in memory, by its id', await perSecond(seconds, async () => void (await keys.find(id)))],
      [
        'a new key for a new holder',
        await perSecond(seconds, async () => {
          const fresh = holder();
          await keys.current(fresh, 'profile');
          made.push(fresh);
        }),
      ],
      [
        'a holder fenced and its key destroyed',
        await perSecond(seconds, async () => {
          await keys.destroy(made.pop() ?? holder());
        }),
      ],
    ];
    return [
      `### Key service, ${atOnce} at once`,
      '',
      '| operation | a second |',
      '|---|---|',
      ...rows.map(([what, speed]) => `| ${what} | ${Math.round(speed)} |`),
    ].join('\n');
  } finally {
    await pool.end();
  }
}

async function perSecond(seconds: number, operation: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  const until = startedAt + seconds * 1000;
  let done = 0;
  const work = async () => {
    while (performance.now() < until) {
      await operation();
      done += 1;
      // What is in memory never waits: others get their turn, and the clock is looked at.
      if (done % 1000 === 0) await new Promise((turn) => setImmediate(turn));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return (done * 1000) / (performance.now() - startedAt);
}
