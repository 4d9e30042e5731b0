import { uuidv7 } from '@annals/event-store';
import { signedIn } from '@annals/testing';
import { peopleOf, type Person } from '../testing/people.js';
import { testProfileService } from '../testing/profile-service.js';

const service = testProfileService();
const { call, person, colleagueOf, profileOf } = peopleOf(service);

describe('staff', () => {
  const reader = (ada: Person) => colleagueOf(ada, { permissions: ['READ_PII'] }, 'ADMIN');
  const why = `?reveal=true&reason=${encodeURIComponent('Nobody has heard of her')}`;
  const disclosed = async (ada: Person, query = '') =>
    (await call('GET', `/users/profile/disclosures${query}`, ada.who)).json as {
      data: { id: string; viewer_id: string; fields: string[]; reason: string | null; disclosed_at: string }[];
      meta: Record<string, unknown>;
    };

  it('see everything for a reason, which the person sees as often as they looked, newest first', async () => {
    const ada = await person({}, { fields: { name: 'private' } });
    const boss = await reader(ada);
    const shown = await profileOf(ada, boss, why);
    expect(shown.json).toEqual((await profileOf(ada, ada.who)).json);
    expect([shown.etag, shown.headers.get('cache-control')]).toEqual(['', 'no-store']);
    expect(shown.position).toMatch(/@disclosure$/);
    await profileOf(ada, boss, '?reveal=true&reason=Again');
    const { data, meta } = await disclosed(ada);
    expect(data).toMatchObject([
      { viewer_id: boss.user_id, reason: 'Again' },
      {
        ...{ viewer_id: boss.user_id, reason: 'Nobody has heard of her' },
        fields: ['name', 'bio', 'date_of_birth', 'phone_number', 'emergency_contact'],
      },
    ]);
    expect(meta).toMatchObject({ total_items: 2, has_next_page: false });
    const second = await disclosed(ada, '?page=2&limit=1');
    expect([second.data, second.meta.has_previous_page]).toEqual([[data[1]], true]);
    expect((await disclosed(ada, '?page=3&limit=1')).data).toEqual([]);
  });

  it('see what members see while they do not ask for more, and leave no trace of that', async () => {
    const ada = await person();
    const boss = await reader(ada);
    expect((await profileOf(ada, boss, '?reveal=false')).json.phone_number).toBeNull();
    expect((await profileOf(ada, boss)).json.phone_number).toBeNull();
    expect((await disclosed(ada)).data).toEqual([]);
  });

  it.each([
    ['without the permission', 403, 'permission-required', why, { permissions: [] }],
    ['without the permission and without a reason', 403, 'permission-required', '?reveal=true', { permissions: [] }],
    ['without a reason', 400, 'reason-required', '?reveal=true', {}],
    ['with an empty reason', 400, 'query-invalid', '?reveal=true&reason=%20', {}],
    ['with a reason of two lines', 400, 'query-invalid', '?reveal=true&reason=a%0Ab', {}],
    ['in another account', 404, 'member-unknown', why, { account_id: uuidv7() }],
  ])('see nothing %s, and nothing is written', async (_, status, code, query, over) => {
    const ada = await person();
    const boss = signedIn('ADMIN', { account_id: ada.who.account_id, permissions: ['READ_PII'], ...over } as never);
    const answer = await profileOf(ada, boss, query);
    expect([answer.status, answer.json.code]).toEqual([status, code]);
    expect(answer.text).not.toContain('Anne');
    expect((await disclosed(ada)).data).toEqual([]);
  });

  it('need no right and leave no trace about themselves', async () => {
    const ada = await person();
    expect((await profileOf(ada, ada.who, '?reveal=true')).json.emergency_contact).not.toBeNull();
    expect((await disclosed(ada)).data).toEqual([]);
  });

  it('leave a reason that nobody reads in the store, that belongs to the person, and that goes with them', async () => {
    const ada = await person();
    await profileOf(ada, await reader(ada), why);
    const stream = `disclosure-${ada.who.account_id}_${ada.who.user_id}`;
    for await (const event of service().stores.store.readStream(stream, { open: false })) {
      expect(JSON.stringify(event.data)).not.toContain('heard');
    }
    await service().stores.keys.destroy(ada.who.user_id!);
    service().stores.store.forget(ada.who.user_id);
    service().parts.store.forget(ada.who.user_id);
    expect((await disclosed(ada)).data).toMatchObject([{ reason: null }]);
    expect((await profileOf(ada, await reader(ada), why)).status).toBe(410);
  });

  it('leave nothing that the same person in another account could read', async () => {
    const ada = await person();
    await profileOf(ada, await reader(ada), why);
    expect((await disclosed({ ...ada, who: signedIn('VIEWER', { user_id: ada.who.user_id }) })).data).toEqual([]);
  });
});
