import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { allEvents } from '@annals/contracts';
import { uuidv7, type Position } from '@annals/event-store';
import { requestContext, signedIn, testStores } from '@annals/testing';
import { lastOfEach } from './pages.js';

const stores = testStores({ service: 'export', events: allEvents });

const fixtures = join(__dirname, '../../../../libs/contracts/fixtures');
const inCategory = { membership: 'MembershipEnded', invitation: 'InvitationRevoked', session: 'SessionEnded' };

/** Writes one event of a category. */
async function write(category: keyof typeof inCategory): Promise<Position> {
  const type = inCategory[category];
  const data = JSON.parse(readFileSync(join(fixtures, `${type}.v1.json`), 'utf8')) as Record<string, unknown>;
  const aggregate = { category, initial: null, evolve: () => null };
  const { position } = await stores().store.execute(aggregate, randomUUID(), {
    ...{ id: uuidv7(), context: { ...signedIn(), ...requestContext() }, now: new Date().toISOString() },
    decide: () => [{ type, data }],
  });
  return position!;
}

const positionsFrom = async (limit?: number) => {
  const tokens = await lastOfEach(stores().store, ['membership', 'user', 'invitation'], limit);
  return Object.fromEntries(tokens.map(({ category, position }) => [category, position]));
};

describe('how far a view has to have come before it is read', () => {
  it('is the last event of each category alone: a view never comes to one that it does not read', async () => {
    const invited = await write('invitation');
    const left = await write('membership');
    await write('session');
    expect(await positionsFrom()).toEqual({ membership: left, invitation: invited });
  });

  it('is, for a category without an event among the latest, where those begin', async () => {
    await write('membership');
    const begin = await write('session');
    const left = await write('membership');
    expect(await positionsFrom(2)).toEqual({ membership: left, user: begin, invitation: begin });
  });
});
