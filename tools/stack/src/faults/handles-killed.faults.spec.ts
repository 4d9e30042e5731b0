import { until } from '@annals/testing';
import { type Client } from '@annals/client';
import { getProfileRoute, patchProfileRoute } from '@annals/contracts';
import { resolve } from 'node:path';
import { launchStack, type LaunchedStack } from '../story/launched-stack.js';
import { enter } from './enter.js';
import { endProcess, isReady } from '../stack-processes.js';

const names = ['admin', 'manager', 'editor', 'viewer', 'analyst'];
const handles = ['heron', 'egret', 'stork', 'crane', 'ibis', 'avocet'];
jest.setTimeout(400_000);

let stack: LaunchedStack;
let people: Client[];

beforeAll(async () => {
  stack = await launchStack(resolve(__dirname, '../../../..'));
  people = await Promise.all(names.map((name) => enter(stack.api, `${name}@acme.test`)));
});
afterAll(() => stack?.end());

const take = (person: Client, handle: string | null) =>
  person.call(patchProfileRoute, { body: { handle } }).then(
    () => true,
    () => false,
  );
const heldBy = async (person: Client) => (await person.call(getProfileRoute, {})).body.handle;
const isReadyAgain = () => until('the profile service is ready', () => isReady(stack.layout, 'profile'), 120_000);

/** Everybody reaches for the next handle again and again, and the service dies under it. */
async function strive(turns: number): Promise<number> {
  let moved = 0;
  const reach = async (person: Client, place: number) => {
    for (let turn = 0; turn < turns; turn++) {
      if (await take(person, handles[(place + turn) % handles.length]!)) moved += 1;
    }
  };
  await Promise.all(people.map(reach));
  return moved;
}

it('a service killed while people move between handles leaves each with one person, or free', async () => {
  let moved = 0;
  for (let kill = 0; kill < 4; kill++) {
    const striving = strive(40);
    await endProcess(stack.layout, 'profile');
    await isReadyAgain();
    moved += await striving;
  }
  expect(moved).toBeGreaterThan(0);
  const held = (await Promise.all(people.map(heldBy))).filter((handle) => handle !== null);
  expect(new Set(held).size).toBe(held.length);

  // Nothing stays claimed by nobody: who lets go of theirs may have each of the others.
  const [first, ...others] = people as [Client, ...Client[]];
  const free = handles.filter((handle) => !held.includes(handle));
  for (const handle of free) await until(`${handle} is free`, () => take(first, handle), 30_000);
  for (const person of others) expect(await take(person, await heldBy(first))).toBe(false);
});
