import { resolve } from 'node:path';
import { launchStack, type LaunchedStack } from '../story/launched-stack.js';
import { shapeOf } from './shapes.js';
import { exportAccount, importFile, linesOf, membersIn, openEmpty } from './transfer.js';

/** As many as ROUND_TRIP_PEOPLE says: ten thousand take the better part of an hour on two cores. */
const count = Number(process.env.ROUND_TRIP_PEOPLE ?? 1_000);
const patience = 60_000 + count * 250;
jest.setTimeout(3 * patience);
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

it(`an account of ${count} people of every shape is the same in another installation`, async () => {
  const source = await openEmpty(here.api, 'source');
  const people = linesOf(Array.from({ length: count }, (_, at) => shapeOf(at + 1)));
  const seeded = await importFile(source, { content: people, type: 'application/x-ndjson', format: 'json' }, patience);
  expect(seeded.outcomes).toMatchObject({ created: count, refused: 0 });
  const taken = await exportAccount(source, 'json', patience);
  // The other installation has the machine to itself.
  await here.end();

  const target = await openEmpty(there.api, 'target');
  const moved = await importFile(target, { content: taken, type: 'application/json', format: 'json' }, patience);
  expect(moved.outcomes).toMatchObject({ created: count, unchanged: 1, refused: 0 });
  const [before, after] = [membersIn(taken), membersIn(await exportAccount(target, 'json', patience))];
  expect(before.size).toBe(count);
  expect(after).toEqual(before);
});
