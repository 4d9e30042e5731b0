import { assertTenantIsolation } from '@annals/postgres';
import { type EventSketch, project, rowsOf, storedEvents, testDatabase } from '@annals/testing';
import { mayTrack, trackingConsents } from './tracking-consents.js';

const acme = '018f0000-0000-7000-8000-00000000000a';
const globex = '018f0000-0000-7000-8000-00000000000b';
const ada = '018f0000-0000-7000-8000-0000000000b1';

const databases = [0, 1, 2].map(() => testDatabase({ service: 'activity', projections: [trackingConsents] }));
const decided = (data: object, account_id = acme): EventSketch => ({
  ...{ type: 'ProfilePrivacyChanged', stream: `profile-${account_id}_${ada}`, account_id },
  data: { account_id, user_id: ada, ...data, updated_at: '2026-03-01T12:00:00.000Z' },
});
const life = [
  decided({ fields: { bio: 'public' } }),
  decided({ activity_tracking: true }),
  decided({ searchable: false }),
  { ...decided({ name: 'Ada' }), type: 'ProfileUpdated' },
  decided({ activity_tracking: false }),
  decided({ activity_tracking: true }, globex),
];
const asked = (account_id: string, of = 0) => mayTrack(databases[of]!().pool, { account_id, user_id: ada });
const may = async (account_id: string) => (await asked(account_id)).consented;
const at = '2026-03-01T12:00:00.000Z';
const consent = (type: 'ConsentGiven' | 'ConsentWithdrawn', purpose: string): EventSketch => ({
  ...{ type, stream: `consent-${acme}_${ada}`, account_id: acme },
  data: { account_id: acme, user_id: ada, purpose, given_at: at },
});
const restriction = (type: string): EventSketch => ({
  ...{ type, stream: `hold-${acme}_${ada}`, account_id: acme },
  data: { account_id: acme, user_id: ada },
});

describe('the consent to recording', () => {
  it('is what was decided last in the account, and none while nothing was', async () => {
    const expected = [false, true, true, true, false, false];
    let past = storedEvents([]);
    for (const [turn, sketch] of life.entries()) {
      const next = storedEvents([sketch], past);
      await project(databases[0]!().pool, trackingConsents, next);
      past = [...past, ...next];
      expect([turn, await may(acme), await may(globex)]).toEqual([turn, expected[turn], turn === 5]);
    }
  });

  it('is the same when built at once, and closed to other accounts', async () => {
    const { pool } = databases[1]!();
    await project(pool, trackingConsents, storedEvents(life));
    const rows = (of: string) =>
      rowsOf(pool, of, 'select user_id, consented from tracking_consents_v2.tracking_consents');
    expect(await rows(acme)).toEqual([{ user_id: ada, consented: false }]);
    expect(await rows(globex)).toEqual([{ user_id: ada, consented: true }]);
    await assertTenantIsolation(pool);
  });

  it('is what consents say, which decide about other purposes too, and the setting of older times before them', async () => {
    const { pool } = databases[2]!();
    let past = storedEvents([]);
    const then = async (sketch: EventSketch) => {
      const next = storedEvents([sketch], past);
      await project(pool, trackingConsents, next);
      past = [...past, ...next];
      return asked(acme, 2);
    };
    const no = { consented: false, restricted: false };
    const yes = { consented: true, restricted: false };
    expect(await then(decided({ activity_tracking: true }))).toEqual(yes);
    expect(await then(consent('ConsentWithdrawn', 'usage_analytics'))).toEqual(yes);
    expect(await then(consent('ConsentWithdrawn', 'activity_tracking'))).toEqual(no);
    expect(await then(consent('ConsentGiven', 'activity_tracking'))).toEqual(yes);
    expect(await then(restriction('ProcessingRestricted'))).toEqual({ ...yes, restricted: true });
    expect(await asked(globex, 2)).toEqual(no);
    expect(await then(restriction('ProcessingRestrictionLifted'))).toEqual(yes);
  });
});
