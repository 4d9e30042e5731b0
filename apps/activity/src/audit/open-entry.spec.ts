import { type SealedField } from '@annals/event-store';
import { type AuditRow } from './audit-row.js';
import { openEntry } from './open-entry.js';

const sealed = (text: string) => ({ sealed: `v1.${text}` });
/** Opens nothing; tells with what each value would have been opened. */
const store = {
  openField: async ({ path, event_id, subject, value }: SealedField) => [path, event_id, subject, value.sealed],
};

function rowWith(over: Partial<AuditRow>): AuditRow {
  const texts = ['account_id', 'entity', 'entity_id', 'transaction_id', 'request_id', 'command_id', 'revision'];
  return {
    ...(Object.fromEntries(texts.map((name) => [name, name])) as unknown as AuditRow),
    ...{ id: 'e2', stream: 'thing-1', commit_pos: '10', prepare_pos: '9', changes: {}, ip_sealed: null },
    ...{ seq: '7', prev_hash: Buffer.alloc(32), hash: Buffer.alloc(32, 1), temporary_roles: [] },
    ...{ actor_user_id: null, occurred_at: new Date('2026-03-01T12:00:00.000Z') },
    ...over,
  };
}

describe('an opened entry', () => {
  it('opens each value at the place it was written: the old one with its own event', async () => {
    const changes = {
      name: {
        old: { value: sealed('old'), event_id: 'e1', subject: 'ada' },
        new: { value: sealed('new'), event_id: 'e2', subject: 'ada' },
      },
    };
    expect((await openEntry(store, rowWith({ changes }))).changes).toEqual({
      name: { old: ['name', 'e1', 'ada', 'v1.old'], new: ['name', 'e2', 'ada', 'v1.new'] },
    });
  });

  it('finds sealed values deep inside a field', async () => {
    const value = { people: [{ name: sealed('n'), role: 'x' }], plain: null };
    const changes = { team: { old: null, new: { value, event_id: 'e2', subject: 'ada' } } };
    expect((await openEntry(store, rowWith({ changes }))).changes.team!.new).toEqual({
      people: [{ name: ['team.people.0.name', 'e2', 'ada', 'v1.n'], role: 'x' }],
      plain: null,
    });
  });

  it('leaves alone what only looks sealed, in an event that holds nothing personal', async () => {
    const changes = { note: { old: null, new: { value: sealed('x'), event_id: 'e2', subject: null } } };
    expect((await openEntry(store, rowWith({ changes }))).changes.note!.new).toEqual(sealed('x'));
  });

  it('opens the address with the actor’s key, and has none when nobody is known', async () => {
    const entry = await openEntry(store, rowWith({ ip_sealed: 'v1.ip', actor_user_id: 'ada' }));
    expect(entry).toMatchObject({ ip_address: ['metadata.client.ip', 'e2', 'ada', 'v1.ip'], position: '10-9' });
    expect((await openEntry(store, rowWith({}))).ip_address).toBeNull();
  });
});
