import { setTimeout as pause } from 'node:timers/promises';
import { beginImport, endOf, linesOf, openEmpty, pidOf, shapeOf, type LaunchedStack } from '@annals/stack';
import { residentMebibytes } from './processes.js';

const services = ['export', 'identity', 'profile', 'event-node'] as const;
const patienceMs = 900_000;

interface ImportSpeed {
  rows: number;
  validatedPerSecond: number;
  appliedPerSecond: number;
  /** Largest of each process while it ran, in MiB. */
  peak: Record<(typeof services)[number], number>;
}

/** Imports so many people of every shape into an empty account, as an administrator does. */
async function measureImport(stack: LaunchedStack, rows: number): Promise<ImportSpeed> {
  const slug = `import-${rows}`;
  const desk = await openEmpty(stack.api, slug);
  const people = Array.from({ length: rows }, (_, at) => {
    const member = shapeOf(at + 1);
    return { ...member, email: `${slug}-${member.email}` };
  });
  const peak = { export: 0, identity: 0, profile: 0, 'event-node': 0 };
  const look = () => {
    for (const name of services) {
      const pid = pidOf(stack.layout, name);
      if (pid) peak[name] = Math.max(peak[name], residentMebibytes(pid));
    }
  };
  const begun = await beginImport(desk, { content: linesOf(people), type: 'application/x-ndjson', format: 'json' });
  const start = performance.now();
  let validated = start;
  for (let going = true; going; await pause(100)) {
    const { validation, finished_at } = await begun.look();
    look();
    if (validation === null) validated = performance.now();
    going = finished_at === null;
  }
  await endOf(begun, patienceMs);
  const [reading, applying] = [validated - start, performance.now() - validated];
  return {
    ...{ rows, peak, validatedPerSecond: Math.round((rows * 1000) / Math.max(reading, 1)) },
    appliedPerSecond: Math.round((rows * 1000) / applying),
  };
}

/** Rows a second, and whether memory grows with the file. */
export async function importTable(stack: LaunchedStack): Promise<string> {
  const rows: string[] = [];
  for (const count of [250, 1_000]) {
    const { validatedPerSecond, appliedPerSecond, peak } = await measureImport(stack, count);
    const memory = services.map((name) => peak[name]).join(' | ');
    rows.push(`| ${count} | ${validatedPerSecond} | ${appliedPerSecond} | ${memory} |`);
  }
  return [
    '### Import of members with roles, profile, privacy and preferences, through the gateway',
    '',
    `| rows | validated a second | applied a second | ${services.map((name) => `${name}, peak MiB`).join(' | ')} |`,
    '|---|---|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}
