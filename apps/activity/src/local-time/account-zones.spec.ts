import { assertTenantIsolation } from '@annals/postgres';
import { type EventSketch, project, storedEvents, testDatabase } from '@annals/testing';
import { accountZones, zoneOf } from './account-zones.js';

const acme = '018f0000-0000-7000-8000-00000000000a';
const globex = '018f0000-0000-7000-8000-00000000000b';
const database = testDatabase({ service: 'activity', projections: [accountZones] });
const chose = (account_id: string, data: object): EventSketch => ({
  ...{ type: 'AccountPreferencesUpdated', stream: `accountpreferences-${account_id}`, account_id },
  data: { account_id, ...data, updated_at: '2026-03-01T12:00:00.000Z' },
});

it('the time zone of an account is what it chose last, else the house’s', async () => {
  const { pool } = database();
  const life = [
    chose(acme, { language: 'de' }),
    chose(acme, { timezone: 'Europe/Vienna' }),
    chose(globex, { timezone: 'Asia/Kathmandu' }),
    chose(acme, { theme: { mode: 'dark' } }),
    chose(acme, { timezone: 'Asia/Tokyo' }),
    chose(acme, { timezone: null }),
  ];
  const expected = ['UTC', 'Europe/Vienna', 'Europe/Vienna', 'Europe/Vienna', 'Asia/Tokyo', 'UTC'];
  let past = storedEvents([]);
  for (const [turn, sketch] of life.entries()) {
    const next = storedEvents([sketch], past);
    await project(pool, accountZones, next);
    past = [...past, ...next];
    expect([turn, await zoneOf(pool, acme)]).toEqual([turn, expected[turn]]);
  }
  expect(await zoneOf(pool, globex)).toBe('Asia/Kathmandu');
  await assertTenantIsolation(pool);
});
