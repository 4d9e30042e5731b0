import { project, storedEvents, testDatabase, type EventSketch } from '@annals/testing';
import { isMember, members } from './projection.js';

const acme = '018f0000-0000-7000-8000-00000000000a';
const globex = '018f0000-0000-7000-8000-00000000000b';
const ada = '018f0000-0000-7000-8000-0000000000b1';

const database = testDatabase({ service: 'profile', projections: [members] });
const about = (type: string, account: string): EventSketch => ({
  ...{ type, stream: `membership-${account}_${ada}`, account_id: account },
  data: { account_id: account, user_id: ada, ...(type === 'MembershipGranted' ? { role: 'VIEWER' } : {}) },
});
const belongs = (account_id: string) => isMember(database().pool, { account_id, user_id: ada });

describe('the members', () => {
  it('are those of one account, and come and go with their membership', async () => {
    const granted = storedEvents([about('MembershipGranted', acme), about('MembershipGranted', acme)]);
    await project(database().pool, members, granted);
    expect([await belongs(acme), await belongs(globex)]).toEqual([true, false]);
    await project(database().pool, members, storedEvents([about('MembershipEnded', acme)], granted));
    expect(await belongs(acme)).toBe(false);
  });
});
