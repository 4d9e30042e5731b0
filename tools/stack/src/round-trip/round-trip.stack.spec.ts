import { resolve } from 'node:path';
import { launchStack, type LaunchedStack } from '../story/launched-stack.js';
import { shapeOf } from './shapes.js';
import { exportAccount, importFile, linesOf, membersIn, openEmpty } from './transfer.js';

jest.setTimeout(300_000);
const root = resolve(__dirname, '../../../..');
let here: LaunchedStack;
let there: LaunchedStack;
beforeAll(async () => {
  here = await launchStack(root);
  there = await launchStack(root);
});
afterAll(async () => {
  await here?.end();
  await there?.end();
});

describe('an account that moves to another installation', () => {
  it.each([
    ['json', 'application/json', 1],
    ['csv', 'application/zip', 101],
  ] as const)('is the same there, taken along as %s', async (format, type, first) => {
    const people = Array.from({ length: 50 }, (_, at) => shapeOf(first + at));
    const source = await openEmpty(here.api, `source-${format}`);
    const seeded = await importFile(source, { content: linesOf(people), type: 'application/x-ndjson', format: 'json' });
    expect(seeded.outcomes).toMatchObject({ created: 50, refused: 0 });
    const before = membersIn(await exportAccount(source, 'json'));
    expect(before.size).toBe(50);

    const target = await openEmpty(there.api, `target-${format}`);
    const moved = await importFile(target, { content: await exportAccount(source, format), type, format });
    // The administrator is there already, and stays who they are.
    expect(moved.outcomes).toMatchObject({ created: 50, unchanged: 1, refused: 0 });
    expect(membersIn(await exportAccount(target, 'json'))).toEqual(before);
  });
});
