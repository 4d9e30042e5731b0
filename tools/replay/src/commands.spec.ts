import { randomUUID } from 'node:crypto';
import { ProfileUpdated, allEvents } from '@annals/contracts';
import { encodePosition, uuidv7, type Aggregate, type Outcome } from '@annals/event-store';
import { signedIn, testStores, until } from '@annals/testing';
import { list, parseMoment, show, state, tail, trace, type Replay } from './commands.js';
import { parseSelection } from './selection.js';

const profiles: Aggregate<number> = { category: 'profile', initial: 0, evolve: (count) => count + 1 };
const now = '2026-03-01T00:00:00.000Z';

describe('replay on real streams', () => {
  const stores = testStores({ service: 'replay', events: allEvents });
  const account = randomUUID();
  const context = signedIn('ADMIN', { account_id: account });
  const user = context.user_id!;
  const stream = `profile-${account}_${user}`;
  const written: Outcome<number>[] = [];

  const change = (data: Record<string, unknown>) =>
    stores().store.execute(profiles, `${account}_${user}`, {
      id: uuidv7(),
      context,
      now,
      decide: () => [
        { type: ProfileUpdated.type, data: { account_id: account, user_id: user, updated_at: now, ...data } },
      ],
    });

  beforeAll(async () => {
    written.push(await change({ location: 'London', bio: 'Programs' }), await change({ location: 'Turin' }));
    written.push(await change({ bio: null, location: 'London' }));
  });

  const replay = (json = false): { replay: Replay; lines: string[] } => {
    const lines: string[] = [];
    return { lines, replay: { store: stores().store, secret: 'secret', json, print: (line) => lines.push(line) } };
  };
  const selection = (options: Record<string, string>) => parseSelection(options, Date.now());

  it('lists the events of an account, one line each', async () => {
    const { replay: told, lines } = replay();
    await list(told, selection({ account }));
    expect(lines).toHaveLength(3);
    expect(lines[0]).toContain(`ProfileUpdated`);
    expect(lines[0]).toContain(`${stream}@0`);
  });

  it('lists nothing for another account', async () => {
    const { replay: told, lines } = replay();
    await list(told, selection({ account: randomUUID() }));
    expect(lines).toEqual([]);
  });

  it('stops at the limit', async () => {
    const { replay: told, lines } = replay();
    await list(told, selection({ stream, limit: '2' }));
    expect(lines).toHaveLength(2);
  });

  it('shows whole events, personal fields as pseudonyms, the same value with the same one', async () => {
    const { replay: told, lines } = replay(true);
    await show(told, selection({ stream }));
    const events = lines.map((line) => JSON.parse(line) as { data: Record<string, unknown> });
    const locations = events.map((event) => event.data.location);
    expect(locations[0]).toMatch(/^masked:[0-9a-f]{10}$/);
    expect(locations[2]).toBe(locations[0]);
    expect(locations[1]).not.toBe(locations[0]);
    expect(lines.join()).not.toMatch(/London|Turin|203\.0\.113\.7/);
    expect(events[0]?.data.user_id).toBe(user);
  });

  it('shows the state at a revision, at a position and at a time', async () => {
    const at = async (moment: string | undefined) => {
      const { replay: told, lines } = replay(true);
      await state(told, stream, parseMoment(moment, Date.now()));
      return JSON.parse(lines[0]!) as { revision: string; state: Record<string, unknown> };
    };
    expect(Object.keys((await at('0')).state)).toContain('bio');
    expect((await at(encodePosition(written[1]!.position!))).revision).toBe('1');
    const latest = await at(undefined);
    expect(latest.revision).toBe('2');
    expect(latest.state).not.toHaveProperty('bio');
    await expect(at('2020-01-01T00:00:00Z')).rejects.toThrow('had no event at that moment');
  });

  it('traces what a request set off', async () => {
    const { replay: told, lines } = replay();
    await trace(told, context.request_id);
    expect(lines[0]).toContain('3 events');
    expect(lines.slice(1).join()).toContain('ProfileUpdated');
    await expect(trace(told, 'unknown')).rejects.toThrow('No event carries');
  });

  it('follows new events until it is stopped', async () => {
    const { replay: told, lines } = replay();
    const stop = new AbortController();
    const following = tail(told, selection({ account }), ['profile'], stop.signal);
    await until('the last events are shown', () => lines.length === 3);
    await change({ location: 'Paris' });
    await until('the new event is shown', () => lines.length === 4);
    stop.abort();
    await following;
    expect(lines[3]).toContain(`${stream}@3`);
  });

  it('masks what was erased as erased', async () => {
    await stores().keys.destroy(user);
    stores().store.forget(user);
    const { replay: told, lines } = replay(true);
    await show(told, selection({ stream, limit: '1' }));
    expect((JSON.parse(lines[0]!) as { data: Record<string, unknown> }).data.location).toBe('[erased]');
  });
});
