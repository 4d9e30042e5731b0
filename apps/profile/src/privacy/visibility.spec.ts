import {
  type DomainEvent,
  FieldVisibilities,
  type GuardedField,
  guardedFieldNames,
  type PrivacyChoices,
  type ProfileDocument,
  profileFieldNames,
  SeenProfile,
  visibilities,
  type Visibility,
} from '@annals/contracts';
import fc from 'fast-check';
import { profile, type ProfileState } from '../profile/profile.js';
import { afterDecision, type DecidedPrivacy, effectivePrivacy, findable, maySee, seenBy } from './visibility.js';

const owner = {
  account_id: '018f0000-0000-7000-8000-00000000000a',
  user_id: '018f0000-0000-7000-8000-0000000000b1',
};
const viewers = ['anybody', 'member', 'self'] as const;
const viewer = fc.constantFrom(...viewers);
const field = fc.constantFrom(...guardedFieldNames);
const timeOf = (turn: number) => new Date(Date.UTC(2026, 0, 1) + turn * 1000).toISOString();

/** Any value of each field will do: the rule looks at none. */
const values: Required<ProfileDocument> = {
  ...{ handle: 'ada', name: 'Ada', pronouns: 'she/her', bio: 'Analyst', location: 'London' },
  ...{
    website: 'https://ada.example/',
    social_links: { github: 'https://github.com/ada' },
    date_of_birth: '1990-12-10',
  },
  ...{ phone_number: '+431234567', emergency_contact: { name: 'Anne', phone_number: '+431', relationship: null } },
};
type Turn = { kind: 'say'; fields: ProfileDocument } | { kind: 'decide'; choices: Partial<PrivacyChoices> };
const decisions = fc.record(
  Object.fromEntries(
    guardedFieldNames.map((name) => [name, fc.constantFrom(...FieldVisibilities.shape[name].options)]),
  ),
  { requiredKeys: [] },
) as fc.Arbitrary<Partial<FieldVisibilities>>;
const said = fc
  .subarray([...profileFieldNames], { minLength: 1 })
  .chain((names) =>
    fc
      .array(fc.boolean(), { minLength: names.length, maxLength: names.length })
      .map((set) => Object.fromEntries(names.map((name, at) => [name, set[at] ? values[name] : null]))),
  );
const lives: fc.Arbitrary<readonly Turn[]> = fc.array(
  fc.oneof(
    said.map((fields): Turn => ({ kind: 'say', fields })),
    fc
      .record({ fields: decisions, searchable: fc.boolean() }, { requiredKeys: [] })
      .map((choices): Turn => ({ kind: 'decide', choices: choices as Partial<PrivacyChoices> })),
  ),
  { maxLength: 8 },
);

function lived(turns: readonly Turn[]): ProfileState {
  return turns
    .map((turn, at): DomainEvent => {
      const updated_at = timeOf(at);
      return turn.kind === 'say'
        ? { type: 'ProfileUpdated', data: { ...owner, ...turn.fields, updated_at } }
        : { type: 'ProfilePrivacyChanged', data: { ...owner, ...turn.choices, updated_at } };
    })
    .reduce(profile.evolve, profile.initial);
}
const bytes = (who: (typeof viewers)[number], state: ProfileState) => JSON.stringify(seenBy(who, owner, state));
const decided = (fields: DecidedPrivacy['fields']): DecidedPrivacy => ({ fields, updatedAt: null });

describe('who may see a field', () => {
  it('grows from anybody to members to the person, whatever was decided', () =>
    fc.assert(
      fc.property(decisions, field, (fields, name) => {
        const [anybody, member, self] = viewers.map((who) => maySee(who, name, decided(fields)));
        expect([!anybody || member, !member || self, self]).toEqual([true, true, true]);
      }),
    ));

  it('never shrinks when the field is opened wider', () =>
    fc.assert(
      fc.property(decisions, field, viewer, (fields, name, who) => {
        const seen = visibilities.map((to) => maySee(who, name, decided({ ...fields, [name]: to as 'private' })));
        expect(seen).toEqual([...seen].sort((a, b) => Number(a) - Number(b)));
      }),
    ));

  it('depends on no other field', () =>
    fc.assert(
      fc.property(decisions, decisions, field, viewer, (fields, others, name, who) => {
        const mixed = { ...others, [name]: fields[name] };
        expect(maySee(who, name, decided(mixed))).toBe(maySee(who, name, decided(fields)));
      }),
    ));

  it('is never anybody for somebody else’s contact, because it cannot be decided so', () => {
    expect(FieldVisibilities.shape.emergency_contact.safeParse('public').success).toBe(false);
    fc.assert(
      fc.property(decisions, (fields) => expect(maySee('anybody', 'emergency_contact', decided(fields))).toBe(false)),
    );
  });
});

describe('a profile as somebody sees it', () => {
  it('is, of a hidden field, byte for byte what it would be if that had never been said', () =>
    fc.assert(
      fc.property(lives, fc.constantFrom('anybody', 'member'), (turns, who) => {
        const state = lived(turns);
        const hidden = profileFieldNames.filter((name) => !maySee(who, name, state.privacy));
        const untold = turns.map((turn) => {
          if (turn.kind === 'decide') return turn;
          const told = Object.entries(turn.fields).filter(([name]) => !hidden.includes(name as never));
          return { ...turn, fields: Object.fromEntries(told) };
        });
        expect(bytes(who, state)).toBe(bytes(who, lived(untold)));
      }),
    ));

  it('shows everybody no more than members, and members no more than the person', () =>
    fc.assert(
      fc.property(lives, (turns) => {
        const state = lived(turns);
        const [anybody, member, self] = viewers.map((who) => seenBy(who, owner, state));
        for (const name of profileFieldNames) {
          expect([anybody![name] ?? member![name], member![name] ?? self![name]]).toEqual([member![name], self![name]]);
        }
      }),
    ));

  it('shows the person everything that is set, with every field present and as the contract has it', () =>
    fc.assert(
      fc.property(lives, (turns) => {
        const state = lived(turns);
        const seen = seenBy('self', owner, state);
        // The picture stands beside: it needs addresses.
        expect(SeenProfile.partial().parse(seen)).toEqual(seen);
        for (const name of profileFieldNames) expect(seen[name]).toEqual(state.fields[name] ?? null);
      }),
    ));

  it('changed when what it shows changed', () => {
    const turns: Turn[] = [
      { kind: 'say', fields: { name: 'Ada' } },
      { kind: 'say', fields: { phone_number: '+431234567' } },
    ];
    const at = (who: 'member' | 'anybody' | 'self') => seenBy(who, owner, lived(turns)).updated_at;
    expect([at('anybody'), at('member'), at('self')]).toEqual([null, timeOf(0), timeOf(1)]);
  });
});

describe('the directory', () => {
  const state = (fields: ProfileDocument, choices: Partial<PrivacyChoices> = {}) =>
    lived([
      { kind: 'say', fields },
      { kind: 'decide', choices },
    ]);
  const only = (fields: Partial<Record<GuardedField, Visibility>>) => ({ fields: fields as FieldVisibilities });

  it.each([
    ['by a name that members see', state({ name: 'Ada' }), true],
    ['by a handle alone', state({ name: 'Ada', handle: 'ada' }, only({ name: 'private' })), true],
    [
      'by nothing that is hidden',
      state({ name: 'Ada', handle: 'a1' }, only({ name: 'private', handle: 'private' })),
      false,
    ],
    ['by nothing that is not set', state({ bio: 'Analyst' }), false],
    ['not against their will', state({ name: 'Ada' }, { searchable: false }), false],
    ['again when they will', state({ name: 'Ada' }, { searchable: true }), true],
  ])('finds a person %s', (_, person, found) => expect(findable(person)).toBe(found));

  it('finds nobody of whom members see nothing', () =>
    fc.assert(
      fc.property(lives, (turns) => {
        const person = lived(turns);
        const { name, handle } = seenBy('member', owner, person);
        if (name === null && handle === null) expect(findable(person)).toBe(false);
      }),
    ));
});

describe('decisions', () => {
  it('are the last ones made, and the house’s where none was', () => {
    const one = afterDecision({ fields: {}, updatedAt: null }, { fields: { bio: 'public' }, updated_at: timeOf(1) });
    const two = afterDecision(one, { searchable: false, updated_at: timeOf(2) });
    expect(effectivePrivacy(two)).toMatchObject({
      fields: { bio: 'public', name: 'account', emergency_contact: 'private' },
      searchable: false,
    });
    expect(two.updatedAt).toBe(timeOf(2));
  });
});
