import { resolve } from 'node:path';
import { allRoutes, type Route } from '@annals/contracts';
import { launchStack, type LaunchedStack } from '../story/launched-stack.js';
import { askDry, askInEarnest, idsFor, verdictOf } from './ask.js';
import { actors, promisedVerdict, type Actor } from './expectations.js';
import { foreignIds } from './foreign-ids.js';
import { buildWorld, type World } from './world.js';

jest.setTimeout(180_000);

const withIds = allRoutes.filter(({ definition }) => definition.path.includes('{'));
const named = (route: Route) => [`${route.definition.method} ${route.definition.path}`, route] as const;

describe('every operation', () => {
  let stack: LaunchedStack;
  let world: World;
  beforeAll(async () => {
    stack = await launchStack(resolve(__dirname, '../../../..'));
    world = await buildWorld(stack.api);
  });
  afterAll(() => stack?.end());

  /** People as the demo data know them, and what was made for the matrix: none of it may reach another account. */
  const ofAcme = /@acme\.test|Ada Admin|Mary Manager|Vera Viewer|Edgar Editor|"Acme"|"Matrix"|annals_/;

  async function answersOf(route: Route, actor: Exclude<Actor, 'stranger'>): Promise<string | undefined> {
    const asker = world.askers[actor];
    const about = actor === 'low_role' ? world.askers.admin : asker;
    const answer = await askDry(stack.api, route, asker, idsFor(route, world, about));
    const promised = promisedVerdict(route.definition.access, actor);
    const said = verdictOf(answer);
    // Whoever is let in may find nothing under an id of nobody.
    const kept = said === promised || (promised === 'let-in' && said === 404 && withIds.includes(route));
    const outside = !['low_role', 'owner', 'admin', 'elevated'].includes(actor);
    if (outside && ofAcme.test(answer.text)) return `${actor}: is shown ${answer.text}`;
    return kept ? undefined : `${actor}: ${answer.status} instead of ${promised}: ${answer.text.slice(0, 300)}`;
  }

  it.each(allRoutes.map(named))('%s lets in whom its contract says, and nobody else', async (_name, route) => {
    const insiders = actors.filter((actor) => actor !== 'stranger');
    const wrong = [];
    for (const actor of insiders) wrong.push(await answersOf(route, actor));
    expect(wrong.filter((one) => one !== undefined)).toEqual([]);
  });

  it.each(withIds.map(named))('%s gives nothing of another account, whose ids are known', async (_name, route) => {
    const answer = await askInEarnest(stack.api, route, world.askers.stranger, world);
    expect({ status: answer.status, text: answer.text }).toEqual({
      status: foreignIds[route.id]!.answer,
      text: expect.not.stringMatching(ofAcme) as string,
    });
  });

  it.each(allRoutes.filter((route) => !withIds.includes(route)).map(named))(
    '%s shows an ADMIN of another account nothing of this one',
    async (_name, route) => {
      const { text } = await askDry(stack.api, route, world.askers.stranger, {});
      expect(text).not.toMatch(ofAcme);
    },
  );
});
