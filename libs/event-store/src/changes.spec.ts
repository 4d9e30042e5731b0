import { storedEvents } from '@annals/testing';
import { type Changes, changesOf, type LastValues } from './changes.js';

type Step = [action: 'INSERT' | 'UPDATE' | 'DELETE', data: Record<string, unknown>, entity?: string];
const contract = ([action, , entity = 'Thing']: Step) => ({
  audit: { entity, action, keys: ['id'], parts: ['settings'] },
  subject: 'id',
});

/** Runs a life through the fold and tells the last step, values only. */
function life(steps: readonly Step[]) {
  const events = storedEvents(
    steps.map(([, data]) => ({ type: 'X', stream: 'thing-1', data: { id: 'ada', ...data } })),
  );
  let last: LastValues = {};
  let step: Changes = { changes: {}, last };
  for (const [index, event] of events.entries()) {
    step = changesOf(event, contract(steps[index]!), last);
    last = step.last;
  }
  const changes = Object.fromEntries(
    Object.entries(step.changes).map(([field, change]) => [
      field,
      [change.old?.value ?? null, change.new?.value ?? null],
    ]),
  );
  return { changes, last: Object.keys(last.Thing ?? {}), events, raw: step.changes };
}

describe('what an event changed', () => {
  it('starts from nothing on INSERT', () =>
    expect(life([['INSERT', { name: 'Ada', age: null }]])).toMatchObject({
      changes: { name: [null, 'Ada'] },
      last: ['name'],
    }));

  it('finds the old value in the last event that set it', () =>
    expect(
      life([
        ['INSERT', { name: 'Ada', city: 'London' }],
        ['UPDATE', { city: 'Paris' }],
        ['UPDATE', { name: 'Ada L.' }],
        ['UPDATE', { city: 'Rome' }],
      ]).changes,
    ).toEqual({ city: ['Paris', 'Rome'] }));

  it('shows a removed field with null', () =>
    expect(
      life([
        ['INSERT', { name: 'Ada' }],
        ['UPDATE', { name: null }],
      ]),
    ).toMatchObject({ changes: { name: ['Ada', null] }, last: [] }));

  it('does not show what stayed as it was', () =>
    expect(
      life([
        ['INSERT', { name: 'Ada', links: { a: 1, b: 2 } }],
        ['UPDATE', { name: 'Ada', links: { b: 2, a: 1 }, age: null }],
      ]).changes,
    ).toEqual({}));

  it('ends every field on DELETE, also those the event does not name', () =>
    expect(
      life([
        ['INSERT', { name: 'Ada', city: 'London' }],
        ['DELETE', { reason: 'left' }],
      ]),
    ).toMatchObject({ changes: { name: ['Ada', null], city: ['London', null], reason: [null, 'left'] }, last: [] }));

  it('says on DELETE what was there, and not what the event repeats of it', () =>
    expect(
      life([
        ['UPDATE', { picture: { sealed: 'v1.a' } }],
        ['DELETE', { picture: { sealed: 'v1.b' } }],
      ]),
    ).toMatchObject({ changes: { picture: [{ sealed: 'v1.a' }, null] }, last: [] }));

  it.each(['INSERT', 'DELETE'] as const)('leaves other entities of the stream alone on %s', (action) =>
    expect(
      life([
        ['UPDATE', { name: 'Ada' }],
        ['INSERT', { name: 'badge' }, 'Badge'],
        [action, { name: null }, 'Badge'],
        ['UPDATE', { name: 'Ada L.' }],
      ]).changes,
    ).toEqual({ name: ['Ada', 'Ada L.'] }),
  );

  it('tells the members of a part apart, each with its own past', () =>
    expect(
      life([
        ['UPDATE', { settings: { bio: 'public', name: 'private' } }],
        ['UPDATE', { settings: { phone: 'account' } }],
        ['UPDATE', { settings: { bio: 'private', name: 'private' } }],
      ]),
    ).toMatchObject({
      changes: { 'settings.bio': ['public', 'private'] },
      last: ['settings.bio', 'settings.name', 'settings.phone'],
    }));

  it('has no past after a second INSERT', () =>
    expect(
      life([
        ['INSERT', { name: 'Ada' }],
        ['INSERT', { name: 'Ada' }],
      ]).changes,
    ).toEqual({ name: [null, 'Ada'] }));

  it('remembers where each value was written, so that a sealed one can be opened', () => {
    const { raw, events } = life([
      ['INSERT', { name: { sealed: 'v1.a' } }],
      ['UPDATE', { name: { sealed: 'v1.b' } }],
    ]);
    expect(raw.name).toEqual({
      old: { value: { sealed: 'v1.a' }, event_id: events[0]!.id, subject: 'ada' },
      new: { value: { sealed: 'v1.b' }, event_id: events[1]!.id, subject: 'ada' },
    });
  });
});
