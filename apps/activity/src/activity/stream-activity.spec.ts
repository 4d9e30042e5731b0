import { type ActivityEntry, type CurrentUserContext } from '@annals/contracts';
import { signedIn, startTestService, type TestService, until } from '@annals/testing';
import { activityUnderTest } from '../testing/activity-service.js';
import { consenting } from '../testing/consenting.js';
import { usualRhythm } from './follow-activity.js';
import { watchNewEntries } from './new-entries.js';
import { streamActivity } from './stream-activity.js';

const under = activityUnderTest();

const track = (who: CurrentUserContext, body: unknown) =>
  under().service.call('POST', '/users/activity', who, { body });
const renamed = (who: CurrentUserContext) => {
  const { account_id, user_id } = who;
  const data = { account_id, user_id, name: 'Ada', updated_at: '2026-03-01T12:00:00.000Z' };
  return under().happened(who, 'profile', `${account_id}_${user_id}`, [{ type: 'ProfileUpdated', data }]);
};

interface Seen {
  id: string;
  entry: ActivityEntry;
}

/** A window that is open on a live stream. */
interface Window {
  status: number;
  json: Record<string, unknown>;
  /** Everything that came, as it came. */
  text(): string;
  events(): Seen[];
  /** Resolves when so many events have come. */
  shows(count: number): Promise<Seen[]>;
  ended(): boolean;
  close(): void;
}

const windows: Window[] = [];
afterEach(() => windows.splice(0).forEach((window) => window.close()));

async function open(who: CurrentUserContext, query = '', lastEventId = '', service = under().service): Promise<Window> {
  const gone = new AbortController();
  const response = await service.open(`/users/activity/stream${query}`, who, {
    ...(lastEventId && { headers: { 'last-event-id': lastEventId } }),
    signal: gone.signal,
  });
  let text = '';
  let ended = false;
  const isStream = response.headers.get('content-type') === 'text/event-stream';
  const reading = (async () => {
    const decoder = new TextDecoder();
    for await (const chunk of response.body!) text += decoder.decode(chunk as Uint8Array, { stream: true });
  })().catch(() => undefined);
  void reading.then(() => (ended = true));
  if (!isStream) await reading;
  const events = () =>
    text
      .split('\n\n')
      .slice(0, -1)
      .map((block) => /^id: (.+)\nevent: activity\ndata: (.+)$/.exec(block))
      .flatMap((match) => (match ? [{ id: match[1]!, entry: JSON.parse(match[2]!) as ActivityEntry }] : []));
  const window: Window = {
    status: response.status,
    json: isStream ? {} : (JSON.parse(text) as Record<string, unknown>),
    text: () => text,
    events,
    async shows(count) {
      await until(`${count} events`, () => events().length >= count);
      return events();
    },
    ended: () => ended,
    close: () => gone.abort(),
  };
  windows.push(window);
  // The place to go on from comes first, so from then on nothing is missed.
  if (isStream) await until('the stream to begin', () => text.includes('\n\n'));
  return window;
}

const types = (seen: readonly Seen[]) => seen.map(({ entry }) => entry.type);

describe('GET /users/activity/stream', () => {
  it('tells what comes into the log from then on, as the list shows it', async () => {
    const me = await consenting(under());
    const { position } = await track(me, { type: 'before' });
    await under().get('/users/activity', me, position);
    const window = await open(me);
    await track(me, [{ type: 'click' }, { type: 'scroll' }]);
    await renamed(me);
    const seen = await window.shows(3);
    expect(types(seen)).toEqual(['click', 'scroll', 'profile_updated']);
    const { json } = await under().get('/users/activity?sort_order=asc', me);
    expect(seen.map(({ entry }) => entry)).toEqual((json.data as ActivityEntry[]).slice(1));
  });

  it('goes on after Last-Event-ID, without a gap and without a double, wherever it broke off', async () => {
    const me = await consenting(under());
    const first = await open(me);
    await track(me, [{ type: 'a' }, { type: 'b' }, { type: 'c' }]);
    const seen = await first.shows(3);
    first.close();
    await track(me, [{ type: 'd' }, { type: 'e' }]);
    for (const [index, { id }] of seen.entries()) {
      const window = await open(me, '', id);
      const rest = ['a', 'b', 'c', 'd', 'e'].slice(index + 1);
      expect(types(await window.shows(rest.length))).toEqual(rest);
      window.close();
    }
  });

  it('gives a place to go on from before the first event', async () => {
    const me = await consenting(under());
    const quiet = await open(me);
    const [, id = ''] = /^id: (.+)\n\n/.exec(quiet.text())!;
    quiet.close();
    await track(me, { type: 'meanwhile' });
    expect(types(await (await open(me, '', id)).shows(1))).toEqual(['meanwhile']);
  });

  it('loses nothing and doubles nothing while people write, over several pages', async () => {
    const me = await consenting(under());
    const window = await open(me);
    const written = Array.from({ length: 12 }, (_, n) =>
      track(
        me,
        Array.from({ length: 25 }, (_, index) => ({ type: `t${n}.${index}` })),
      ),
    );
    await Promise.all(written);
    const seen = await window.shows(300);
    expect(new Set(types(seen)).size).toBe(300);
    const again = await open(me, '', seen[99]!.id);
    expect((await again.shows(200)).map(({ id }) => id)).toEqual(seen.slice(100).map(({ id }) => id));
  });

  it('is narrowed by the filters of the list', async () => {
    const me = await consenting(under());
    const clicks = await open(me, '?type=click&tag=x');
    const seenByServer = await open(me, '?source=server');
    await track(me, [{ type: 'click' }, { type: 'click', tags: ['x'] }, { type: 'scroll', tags: ['x'] }]);
    await renamed(me);
    expect(types(await seenByServer.shows(1))).toEqual(['profile_updated']);
    expect((await clicks.shows(1)).map(({ entry }) => entry.tags)).toEqual([['x']]);
    expect(clicks.events()).toHaveLength(1);
  });

  it('is one’s own; a member’s and the whole account’s are for those who may see the audit log', async () => {
    const ada = await consenting(under());
    const bob = await consenting(under(), { account_id: ada.account_id });
    const admin = signedIn('ADMIN', { account_id: ada.account_id });
    for (const query of [`?user_id=${ada.user_id}`, '?scope=account']) {
      const denied = await open(bob, query);
      expect([denied.status, denied.json.message]).toEqual([403, 'Missing permission: VIEW_AUDIT_LOG']);
    }
    const [own, hers, all] = [
      await open(bob),
      await open(admin, `?user_id=${ada.user_id}`),
      await open(admin, '?scope=account'),
    ];
    await track(ada, { type: 'of-ada' });
    await track(bob, { type: 'of-bob' });
    // That somebody follows everybody is a fact as well.
    expect(types(await all.shows(3))).toEqual(['activity_followed', 'of-ada', 'of-bob']);
    expect(types(await own.shows(1))).toEqual(['of-bob']);
    expect(types(await hers.shows(1))).toEqual(['of-ada']);
  });

  it('shows two accounts with identical ids nothing of each other, also by the event ids of the other', async () => {
    const acme = await consenting(under());
    const globex = await consenting(under(), { user_id: acme.user_id, session_id: acme.session_id });
    const [mine, theirs] = [await open(acme), await open(globex)];
    await track(acme, { type: 'acme' });
    const [first] = await mine.shows(1);
    await track(globex, { type: 'globex' });
    expect(types(await theirs.shows(1))).toEqual(['globex']);
    expect(types(await (await open(globex, '', first!.id)).shows(1))).toEqual(['globex']);
    const everything = await open(signedIn('ADMIN', { account_id: globex.account_id }), '?scope=account', '0-0-0');
    expect(types(await everything.shows(2))).toEqual(['globex', 'activity_followed']);
    expect(types(mine.events())).toEqual(['acme']);
  });

  it.each(['x', '1-2', '1-2-3-4', `${'9'.repeat(19)}-0-0`, '1-2-3;drop', '-1-0-0'])(
    'refuses to go on after %j',
    async (id) => {
      const { status, json } = await open(signedIn(), '', id);
      expect([status, json.code]).toEqual([400, 'event-id-invalid']);
    },
  );

  it('asked for its head alone holds no place', async () => {
    const me = signedIn();
    for (let turn = 0; turn < 10; turn++) {
      expect((await under().service.call('HEAD', '/users/activity/stream', me)).status).toBe(200);
    }
    expect((await open(me)).status).toBe(200);
  });

  it('is open so many times for one person, and again when one was closed', async () => {
    const me = signedIn();
    const mine = await Promise.all(Array.from({ length: 5 }, () => open(me)));
    const sixth = await open(me);
    expect([sixth.status, sixth.json.code]).toEqual([429, 'too-many-at-once']);
    expect((await open(signedIn('VIEWER', { account_id: me.account_id }))).status).toBe(200);
    mine[0]!.close();
    await until('a place is free', async () => (await open(me)).status === 200);
  });
});

describe('a live stream of another rhythm', () => {
  let service: TestService;
  let stop: () => Promise<void>;
  beforeAll(async () => {
    const { pool, store } = under().ground;
    const newEntries = watchNewEntries(pool, (error) => {
      throw error;
    });
    const rhythm = { ...usualRhythm, heartbeatMs: 5 };
    const routes = [streamActivity({ pool, store, newEntries, rhythm }, { ofProcess: 2, ofPerson: 2 })];
    service = await startTestService({ service: 'activity', routes, commandKey: Buffer.alloc(32, 3) });
    stop = async () => {
      await service.stop();
      await newEntries.stop();
    };
  });
  afterAll(() => stop());

  it('gives signs of life while nothing happens', async () => {
    const window = await open(signedIn(), '', '', service);
    await until('some', () => window.text().split(': still here\n\n').length > 3);
    expect(window.events()).toEqual([]);
  });

  it('is refused when the process has enough of them', async () => {
    const first = await open(signedIn(), '', '', service);
    await open(signedIn(), '', '', service);
    const refused = await open(signedIn(), '', '', service);
    expect([refused.status, refused.json.code]).toEqual([503, 'overloaded']);
    first.close();
    await until('a place is free', async () => (await open(signedIn(), '', '', service)).status === 200);
  });
});
