import { type CurrentUserContext, type DomainEvent, type HistoryEntry } from '@annals/contracts';
import { uuidv7 } from '@annals/event-store';
import { signedIn } from '@annals/testing';
import { ownerOf, streamOf } from '../owner.js';
import { profile } from '../profile/profile.js';
import { type ProfileService, testProfileService } from '../testing/profile-service.js';

const service = testProfileService();
const call: ProfileService['call'] = (...asked) => service().call(...asked);
const patch = (who: CurrentUserContext, body: unknown) => call('PATCH', '/users/profile', who, { body });

interface Meta {
  limit: number;
  has_next_page: boolean;
  next_cursor: string | null;
}

async function historyOf(who: CurrentUserContext, query = '', of = 'profile') {
  const { status, json } = await call('GET', `/users/${of}/history${query}`, who);
  expect(status).toBe(200);
  return json as unknown as { data: HistoryEntry[]; meta: Meta };
}
const told = ({ data }: { data: HistoryEntry[] }) => data.map(({ event, changes }) => [event, changes]);
const from = (old: unknown, to: unknown) => ({ old, new: to });

/** What other parts of the service write into the stream. */
const happened = (who: CurrentUserContext, ...events: DomainEvent[]) =>
  service().parts.store.execute(profile, streamOf(ownerOf(who)), {
    ...{ id: uuidv7(), context: who, now: '2026-03-01T12:00:00.000Z' },
    decide: () => events,
  });

describe('the history of a profile', () => {
  it('is empty while nothing happened', async () =>
    expect(await historyOf(signedIn())).toEqual({
      data: [],
      meta: { limit: 50, has_next_page: false, next_cursor: null },
    }));

  it('tells newest first what changed from what to what, by whom, when and by which request', async () => {
    const ada = signedIn();
    await patch(ada, { name: 'Ada', phone_number: '+43 1 234567' });
    const second = await patch(ada, { name: 'Ada L.', phone_number: null });
    const history = await historyOf(ada);
    expect(told(history)).toEqual([
      ['ProfileUpdated', { name: from('Ada', 'Ada L.'), phone_number: from('+431234567', null) }],
      ['ProfileUpdated', { name: from(null, 'Ada'), phone_number: from(null, '+431234567') }],
    ]);
    expect(history.data[0]).toEqual({
      ...{ revision: '1', at: second.json.updated_at, event: 'ProfileUpdated' },
      actor: { is_self: true, kind: 'user', user_id: ada.user_id, principal: null, on_behalf_of: null },
      request_id: second.headers.get('x-request-id'),
      changes: expect.anything() as unknown,
    });
  });

  it('tells of privacy field by field, of the picture and of what was found true, each with its own past', async () => {
    const ada = signedIn();
    const keys = { ...ownerOf(ada), updated_at: '2026-03-01T12:00:00.000Z' };
    const verification_id = uuidv7();
    const [one, two] = ['1'.repeat(64), '2'.repeat(64)];
    await patch(ada, { name: 'Ada' });
    await call('PATCH', '/users/profile/privacy', ada, { body: { fields: { bio: 'public' } } });
    await happened(ada, { type: 'AvatarChanged', data: { ...keys, avatar_id: one } });
    await happened(ada, { type: 'ProfileVerified', data: { ...keys, verification_id, fields: ['name'] } });
    await call('PATCH', '/users/profile/privacy', ada, { body: { fields: { bio: 'private' }, searchable: false } });
    await happened(ada, { type: 'AvatarChanged', data: { ...keys, avatar_id: two } });
    await happened(ada, { type: 'AvatarRemoved', data: { ...keys, avatar_id: two } });
    await call('DELETE', '/users/profile', ada);
    expect(told(await historyOf(ada))).toEqual([
      ['ProfileVerificationLapsed', { fields: from(['name'], null), changed: from(null, ['name']) }],
      ['ProfileDeleted', { name: from('Ada', null) }],
      ['AvatarRemoved', { avatar_id: from(two, null) }],
      ['AvatarChanged', { avatar_id: from(one, two) }],
      ['ProfilePrivacyChanged', { 'fields.bio': from('public', 'private'), searchable: from(null, false) }],
      ['ProfileVerified', { fields: from(null, ['name']) }],
      ['AvatarChanged', { avatar_id: from(null, one) }],
      ['ProfilePrivacyChanged', { 'fields.bio': from(null, 'public') }],
      ['ProfileUpdated', { name: from(null, 'Ada') }],
    ]);
  });

  it('says who acted in the person’s place', async () => {
    const ada = signedIn();
    const admin = { user_id: uuidv7(), kind: 'user' as const };
    await patch({ ...ada, actor: admin }, { name: 'Ada' });
    const [entry] = (await historyOf(ada)).data;
    expect(entry!.actor).toMatchObject({ is_self: false, user_id: admin.user_id, on_behalf_of: ada.user_id });
  });

  it('shows what was erased as erased', async () => {
    const ada = signedIn();
    await patch(ada, { name: 'Ada' });
    await patch(ada, { name: 'Grace' });
    await service().stores.keys.destroy(ada.user_id!);
    const gone = { erased: true };
    const history = await historyOf(ada);
    expect(history.data.map(({ changes }) => changes)).toEqual([
      { name: from(gone, gone) },
      { name: from(null, gone) },
    ]);
  });

  it('is walked by cursor from the newest to the first, each once, whatever is added meanwhile', async () => {
    const ada = signedIn();
    for (let n = 0; n < 7; n++) await patch(ada, { name: `Ada ${n}` });
    const seen: unknown[] = [];
    let cursor: string | null = null;
    do {
      const { data, meta }: { data: HistoryEntry[]; meta: Meta } = await historyOf(
        ada,
        `?limit=3${cursor === null ? '' : `&cursor=${cursor}`}`,
      );
      seen.push(...data.map(({ changes }) => changes.name));
      cursor = meta.next_cursor;
      expect(meta.has_next_page).toBe(cursor !== null);
      await patch(ada, { bio: `added after ${seen.length}` });
    } while (cursor !== null);
    expect(seen).toEqual([6, 5, 4, 3, 2, 1, 0].map((n) => from(n === 0 ? null : `Ada ${n - 1}`, `Ada ${n}`)));
  });

  it('is one’s own: another person, another account and another list cannot go on with its cursor', async () => {
    const ada = signedIn();
    await patch(ada, { name: 'Ada' });
    await patch(ada, { name: 'Ada L.' });
    const { meta } = await historyOf(ada, '?limit=1');
    const query = `?cursor=${meta.next_cursor}`;
    const colleague = signedIn('ADMIN', { account_id: ada.account_id });
    const elsewhere = signedIn('VIEWER', { user_id: ada.user_id });
    for (const [who, of, asked] of [
      [colleague, 'profile', query],
      [elsewhere, 'profile', query],
      [ada, 'preferences', query],
      [ada, 'profile', '?cursor=nonsense'],
    ] as const) {
      const { status, json } = await call('GET', `/users/${of}/history${asked}`, who);
      expect([status, json.code]).toEqual([400, 'cursor-invalid']);
    }
    expect((await historyOf(elsewhere)).data).toEqual([]);
    expect((await historyOf(colleague)).data).toEqual([]);
  });

  it.each(['?limit=0', '?limit=101', '?limit=x', '?page=2', `?cursor=${'x'.repeat(513)}`])(
    'refuses %s',
    async (query) => {
      const { status, json } = await call('GET', `/users/profile/history${query}`, signedIn());
      expect([status, json.code]).toEqual([400, 'query-invalid']);
    },
  );
});

describe('the history of preferences', () => {
  it('tells what was chosen from what to what', async () => {
    const ada = signedIn();
    await call('PATCH', '/users/preferences', ada, { body: { language: 'de', time_format: '24h' } });
    await call('PATCH', '/users/preferences', ada, { body: { language: 'fr' } });
    await call('PUT', '/users/preferences', ada, { body: {} });
    expect(told(await historyOf(ada, '', 'preferences'))).toEqual([
      ['PreferencesUpdated', { language: from('fr', null), time_format: from('24h', null) }],
      ['PreferencesUpdated', { language: from('de', 'fr') }],
      ['PreferencesUpdated', { language: from(null, 'de'), time_format: from(null, '24h') }],
    ]);
  });
});
