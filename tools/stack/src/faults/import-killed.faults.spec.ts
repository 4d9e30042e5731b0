import { resolve } from 'node:path';
import { until } from '@annals/testing';
import { shapeOf } from '../round-trip/shapes.js';
import { beginImport, endOf, exportAccount, linesOf, membersIn, openEmpty } from '../round-trip/transfer.js';
import { launchStack, type LaunchedStack } from '../story/launched-stack.js';
import { endProcess, isReady } from '../stack-processes.js';

const count = 2_000;
jest.setTimeout(900_000);
let stack: LaunchedStack;
beforeAll(async () => {
  stack = await launchStack(resolve(__dirname, '../../../..'));
});
afterAll(() => stack?.end());

it('an import whose processes are killed one after the other loses nobody and makes nobody twice', async () => {
  const desk = await openEmpty(stack.api, 'killed');
  const people = Array.from({ length: count }, (_, at) => shapeOf(at + 1));
  const begun = await beginImport(desk, { content: linesOf(people), type: 'application/x-ndjson', format: 'json' });
  for (const [kill, victim] of (['export', 'identity', 'export', 'profile', 'event-node'] as const).entries()) {
    // Each at another place: progress is told of every thousand rows, or now and then.
    await until(
      'the import goes on',
      async () => {
        const { outcomes, finished_at } = await begun.look().catch(() => ({ outcomes: null, finished_at: null }));
        return finished_at !== null || (outcomes?.created ?? -1) >= kill * 300;
      },
      120_000,
    );
    await endProcess(stack.layout, victim);
    if (victim !== 'event-node') await until(`${victim} is back`, () => isReady(stack.layout, victim), 120_000);
  }
  const { outcomes } = await endOf(begun, 600_000);
  expect(outcomes).toMatchObject({ created: count, changed: 0, invited: 0, unchanged: 0, refused: 0 });
  const members = membersIn(await exportAccount(desk, 'json', 120_000));
  expect([...members.keys()].sort()).toEqual(people.map(({ email }) => email).sort());
});
