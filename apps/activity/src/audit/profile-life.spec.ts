import { projectionSchema } from '@annals/postgres';
import { project, rowsOf, storedEvents, testDatabase } from '@annals/testing';
import { auditLog } from './projection.js';

const account_id = '018f0000-0000-7000-8000-00000000000a';
const user_id = '018f0000-0000-7000-8000-0000000000b1';
const verification_id = '018f0000-0000-7000-8000-0000000000e1';
const sealed = (text: string) => ({ sealed: `v1.${text}` });
const inProfile = (type: string, data: Record<string, unknown> = {}) => ({
  ...{ type, stream: `profile-${account_id}_${user_id}`, account_id },
  data: { account_id, user_id, updated_at: '2026-01-01T00:00:00.000Z', ...data },
});

const schema = projectionSchema(auditLog);
type Row = {
  entity: string;
  action: string;
  changes: Record<string, Record<'old' | 'new', { value: unknown } | null>>;
};

describe('a profile in the audit log', () => {
  const database = testDatabase({ service: 'activity', projections: [auditLog] });

  /** Entity, action, and by field the old and the new value of each event of a life in one stream. */
  async function lifeOf(...events: ReturnType<typeof inProfile>[]) {
    await project(database().pool, auditLog, storedEvents(events));
    const text = `select entity, action, changes from ${schema}.audit_entries order by commit_pos`;
    const rows = await rowsOf<Row>(database().pool, account_id, text);
    return rows.map(({ entity, action, changes }) => [
      `${action} ${entity}`,
      Object.fromEntries(Object.entries(changes).map(([field, c]) => [field, [c.old?.value, c.new?.value]])),
    ]);
  }

  it('shows old and new of each thing that its one stream tells of, whatever happened to the others between', async () => {
    const [none, picture, other] = [undefined, sealed('a'), sealed('b')];
    expect(
      await lifeOf(
        inProfile('ProfileUpdated', { name: sealed('Ada'), bio: sealed('Analyst') }),
        inProfile('ProfilePrivacyChanged', { fields: { bio: 'public', name: 'private' }, searchable: false }),
        inProfile('AvatarChanged', { avatar_id: picture }),
        inProfile('ProfileVerified', { verification_id, fields: ['name'] }),
        inProfile('ProfilePrivacyChanged', { fields: { bio: 'account' } }),
        inProfile('AvatarChanged', { avatar_id: other }),
        inProfile('ProfileUpdated', { name: sealed('Ada L.') }),
        inProfile('ProfileVerificationLapsed', { verification_id, changed: ['name'] }),
        inProfile('HandleClaimGivenUp', { updated_at: undefined }),
        inProfile('AvatarRemoved', { avatar_id: sealed('b again') }),
        inProfile('ProfileDeleted', { updated_at: undefined }),
        inProfile('ProfilePrivacyChanged', { searchable: true, activity_tracking: true }),
      ),
    ).toEqual([
      ['UPDATE Profile', { name: [none, sealed('Ada')], bio: [none, sealed('Analyst')] }],
      [
        'UPDATE ProfilePrivacy',
        { 'fields.bio': [none, 'public'], 'fields.name': [none, 'private'], searchable: [none, false] },
      ],
      ['UPDATE Avatar', { avatar_id: [none, picture] }],
      ['INSERT ProfileVerification', { fields: [none, ['name']] }],
      ['UPDATE ProfilePrivacy', { 'fields.bio': ['public', 'account'] }],
      ['UPDATE Avatar', { avatar_id: [picture, other] }],
      ['UPDATE Profile', { name: [sealed('Ada'), sealed('Ada L.')] }],
      ['DELETE ProfileVerification', { fields: [['name'], none], changed: [none, ['name']] }],
      ['UPDATE Profile', {}],
      ['DELETE Avatar', { avatar_id: [other, none] }],
      ['DELETE Profile', { name: [sealed('Ada L.'), none], bio: [sealed('Analyst'), none] }],
      ['UPDATE ProfilePrivacy', { searchable: [false, true], activity_tracking: [none, true] }],
    ]);
  });
});
