import { startEventNode, type EventNode } from '@annals/event-node';
import { EventStoreDBClient } from '@eventstore/db-client';
import { connectEventStore } from './connect.js';
import type { EventStore } from './event-store.js';
import { notebook, notebookEvents, write } from './example-notebook.js';
import { feedHub } from './feed-hub.js';
import { uuidv7 } from './ids.js';
import type { FeedItem, LiveFeed } from './live-feed.js';
import { sharedFeed } from './shared-feed.js';
import { subjectKeysInMemory } from './subject-keys-in-memory.js';

let node: EventNode;
let store: EventStore;
let client: EventStoreDBClient;
const feeds: LiveFeed[] = [];

beforeEach(async () => {
  node = await startEventNode({ store: 'memory' });
  store = connectEventStore({ url: node.url, events: notebookEvents, keys: subjectKeysInMemory() });
  client = EventStoreDBClient.connectionString(node.url);
});
afterEach(async () => {
  await Promise.all(feeds.splice(0).map((feed) => feed.close()));
  await client.dispose();
  await store.close();
  await node.stop();
});

const note = (id = uuidv7()) => store.execute(notebook, id, write('x'));
const notes = async (count: number) => {
  for (let n = 0; n < count; n++) await note();
};

/** A follower that reads until the server says "caught up", and then only when it is told to. */
function follower(hub = feedHub(client, 20_000), categories = ['notebook']) {
  const feed = sharedFeed(hub, client, categories, null);
  feeds.push(feed);
  const ids: string[] = [];
  const read = async (wanted: (item: FeedItem) => boolean): Promise<void> => {
    for (;;) {
      const next = await feed.items.next();
      if (next.done) throw new Error('the feed has ended');
      if (next.value.kind === 'event') ids.push(next.value.recorded.id);
      if (wanted(next.value)) return;
    }
  };
  return {
    ids,
    feed,
    caughtUp: () => read(({ kind }) => kind === 'caught-up'),
    readTo: (count: number) => (ids.length >= count ? Promise.resolve() : read(() => ids.length >= count)),
  };
}

describe('a shared subscription', () => {
  it('sends each live event once for all followers, and each of them gets all in order', async () => {
    await notes(5);
    const opened = jest.spyOn(client, 'subscribeToAll');
    const hub = feedHub(client, 20_000);
    const all = Array.from({ length: 8 }, () => follower(hub));
    await Promise.all(all.map((one) => one.caughtUp()));
    // One of each follower's own, over by now, and the one they share.
    expect(opened).toHaveBeenCalledTimes(9);
    await notes(20);
    await Promise.all(all.map((one) => one.readTo(25)));
    for (const { ids } of all) expect(ids).toEqual(all[0]!.ids);
    expect(new Set(all[0]!.ids).size).toBe(25);
    expect(opened).toHaveBeenCalledTimes(9);
  });

  it('takes up what was written between the own reading and the sharing, once', async () => {
    const one = follower();
    const reading = one.caughtUp();
    await Promise.all(Array.from({ length: 30 }, () => note()));
    await reading;
    await Promise.all(Array.from({ length: 30 }, () => note()));
    await one.readTo(60);
    expect(new Set(one.ids).size).toBe(60);
  });

  it('lets a follower that was too slow read for itself again, and lose nothing', async () => {
    const hub = feedHub(client, 20_000, 4);
    const slow = follower(hub);
    const quick = follower(hub);
    await Promise.all([slow.caughtUp(), quick.caughtUp()]);
    const reading = quick.readTo(50);
    await notes(50);
    await reading;
    await slow.readTo(50);
    expect(slow.ids).toEqual(quick.ids);
    await note();
    await Promise.all([slow.readTo(51), quick.readTo(51)]);
  });

  it('loses nothing of the others when somebody follows more', async () => {
    const hub = feedHub(client, 20_000);
    const first = follower(hub);
    await first.caughtUp();
    await notes(3);
    const second = follower(hub, ['notebook', 'diary']);
    const [third] = await Promise.all([note(), second.caughtUp()]);
    await notes(3);
    await Promise.all([first.readTo(7), second.readTo(7)]);
    expect(first.ids).toEqual(second.ids);
    expect(first.ids).toContain(third.events[0]!.id);
  });

  it('tells a follower of quiet categories how far the store has been followed', async () => {
    const hub = feedHub(client, 20_000);
    const quiet = follower(hub, ['diary']);
    const loud = follower(hub);
    await Promise.all([quiet.caughtUp(), loud.caughtUp()]);
    const told = quiet.feed.items.next();
    await notes(40);
    expect((await told).value).toMatchObject({ kind: 'checkpoint' });
    expect(quiet.ids).toEqual([]);
  });

  it('fails for all when it drops, so that each goes back to its checkpoint', async () => {
    const hub = feedHub(client, 20_000);
    const all = [follower(hub), follower(hub)];
    await Promise.all(all.map((one) => one.caughtUp()));
    const reading = all.map((one) => one.readTo(1));
    hub.drop(new Error('gone'));
    for (const one of reading) await expect(one).rejects.toThrow('gone');
  });

  it('ends without an error when its follower closes it', async () => {
    const { feed, caughtUp } = follower();
    await caughtUp();
    const next = feed.items.next();
    await feed.close();
    expect((await next).done).toBe(true);
  });
});
