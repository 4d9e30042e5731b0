import { erased } from '@annals/event-store';
import { projectionSchema } from '@annals/postgres';
import { project, rowsOf, storedEvents, testDatabase, type EventSketch } from '@annals/testing';
import { memberProfiles } from './projection.js';

const acme = '018f0000-0000-7000-8000-00000000000a';
const globex = '018f0000-0000-7000-8000-00000000000b';
const ada = '018f0000-0000-7000-8000-0000000000b1';
const at = '2026-03-01T12:00:00.000Z';

const database = testDatabase({ service: 'profile', projections: [memberProfiles] });
const rows = (account: string) =>
  rowsOf<Record<string, unknown>>(
    database().pool,
    account,
    `select * from ${projectionSchema(memberProfiles)}.member_profiles`,
  );
const about = (type: string, account: string, data: object = {}): EventSketch => ({
  type,
  stream: type.startsWith('Member') ? `membership-${account}_${ada}` : `profile-${account}_${ada}`,
  account_id: account,
  data: { account_id: account, user_id: ada, ...data },
});
const updated = (account: string, fields: object) => about('ProfileUpdated', account, { ...fields, updated_at: at });

describe('the member profiles', () => {
  it('follow what a person says, without what is for the person alone', async () => {
    const events = storedEvents([
      about('MembershipGranted', acme, { role: 'VIEWER' }),
      updated(acme, { name: 'Ada', bio: 'Analyst', phone_number: '+431234567', date_of_birth: '1990-01-01' }),
      updated(acme, { bio: null, social_links: { github: 'https://g.example/' }, location: erased }),
      updated(globex, { name: 'A.' }),
    ]);
    await project(database().pool, memberProfiles, events);
    expect(await rows(acme)).toEqual([
      {
        ...{ account_id: acme, user_id: ada, member: true, revision: '1', updated_at: new Date(at) },
        ...{ name: 'Ada', pronouns: null, bio: null, location: null, website: null },
        social_links: { github: 'https://g.example/' },
      },
    ]);
    expect(await rows(globex)).toMatchObject([{ name: 'A.', member: false }]);
  });

  it('empty with the profile, and end with the membership', async () => {
    const before = storedEvents(Array.from({ length: 9 }, () => updated(acme, {})));
    const events = storedEvents([about('ProfileDeleted', acme), about('MembershipEnded', acme)], before);
    await project(database().pool, memberProfiles, events);
    expect(await rows(acme)).toMatchObject([{ name: null, social_links: null, updated_at: null, member: false }]);
    expect(await rows(globex)).toMatchObject([{ name: 'A.' }]);
  });
});
