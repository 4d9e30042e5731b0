import { type DomainEvent, type HandleEvent } from '@annals/contracts';
import { deciderSpec, laws } from '@annals/testing';
import fc from 'fast-check';
import { handleIds } from './handle-id.js';
import { beginRelease, handles, releaseHandle, takeHandle } from './handle.js';

const account_id = '018f0000-0000-7000-8000-00000000000a';
const [ada, bob] = ['018f0000-0000-7000-8000-0000000000b1', '018f0000-0000-7000-8000-0000000000b2'] as const;
const now = '2026-03-01T12:00:00.000Z';
type Person = typeof ada | typeof bob;

const claimed = (user_id: Person, profile_revision: number | null = 3): DomainEvent => ({
  type: 'HandleClaimed',
  data: { account_id, user_id, handle: 'Ada', claimed_at: now, profile_revision },
});
const begun = (user_id: Person, profile_revision: number | null = 3): DomainEvent => ({
  type: 'HandleReleaseBegun',
  data: { account_id, user_id, profile_revision },
});
const released = (user_id: Person): DomainEvent => ({ type: 'HandleReleased', data: { account_id, user_id } });

const taking = (user_id: Person, basis: bigint | null = 3n) => ({ account_id, user_id, basis, handle: 'Ada', now });
const take = {
  ...handles,
  decide: (command: ReturnType<typeof taking>, state: typeof handles.initial) => takeHandle(state, command),
};
const begin = {
  ...handles,
  decide: (command: ReturnType<typeof taking>, state: typeof handles.initial) => beginRelease(state, command),
};
const release = {
  ...handles,
  decide: (command: ReturnType<typeof taking>, state: typeof handles.initial) => releaseHandle(state, command),
};

describe('taking a handle', () => {
  const { given } = deciderSpec(take);
  it('claims a free one, for a profile that may be empty', () => {
    given([])
      .when(taking(ada, null))
      .then([claimed(ada, null)]);
    given([claimed(bob), released(bob)])
      .when(taking(ada))
      .then([claimed(ada)]);
  });
  it('is refused while somebody else has it, also when they are about to let go', () => {
    given([claimed(bob)])
      .when(taking(ada))
      .thenRefuses('handle-taken');
    given([claimed(bob), begun(bob, 4)])
      .when(taking(ada))
      .thenRefuses('handle-taken');
  });
  it('renews one’s own for the change that is under way now', () =>
    given([claimed(ada, 3)])
      .when(taking(ada, 7n))
      .then([claimed(ada, 7)]));
});

describe('letting go of a handle', () => {
  it('is announced by who has it, and by nobody else', () => {
    const { given } = deciderSpec(begin);
    given([claimed(ada)])
      .when(taking(ada, 5n))
      .then([begun(ada, 5)]);
    given([claimed(bob)])
      .when(taking(ada))
      .thenNothing();
    given([]).when(taking(ada)).thenNothing();
  });
  it('frees it, and leaves what somebody else has', () => {
    const { given } = deciderSpec(release);
    given([claimed(ada), begun(ada)])
      .when(taking(ada))
      .then([released(ada)]);
    given([claimed(bob)])
      .when(taking(ada))
      .thenNothing();
    given([claimed(ada), released(ada)])
      .when(taking(ada))
      .thenNothing();
  });
  it('counts on the revision told last', () => {
    const fold = (...events: DomainEvent[]) => (events as HandleEvent[]).reduce(handles.evolve, handles.initial);
    expect(fold(claimed(ada, null))).toMatchObject({ basis: -1n });
    expect(fold(claimed(ada, 3), begun(ada, 5))).toMatchObject({ user_id: ada, basis: 5n });
    expect(fold(begun(ada, 5))).toEqual({ kind: 'free' });
  });
});

const people = fc.constantFrom(ada, bob);
const histories = fc.array(fc.oneof(...[claimed, begun, released].map((event) => people.map((who) => event(who)))), {
  maxLength: 6,
});
laws('releasing a handle', release, { commands: people.map((who) => taking(who)), histories });

describe('the id of a handle', () => {
  const id = handleIds(Buffer.alloc(32, 1));
  it('is the same in any case, and another in another account, under another key, for another handle', () => {
    expect(id(account_id, 'Ada.L')).toBe(id(account_id, 'ada.l'));
    const others = [
      id(bob, 'ada.l').split('_')[1],
      id(account_id, 'ada-l'),
      handleIds(Buffer.alloc(32, 2))(account_id, 'ada.l'),
    ];
    for (const other of others) expect(id(account_id, 'ada.l')).not.toContain(other);
  });
  it('begins with the account and says nothing of the handle', () =>
    expect(id(account_id, 'ada')).toMatch(new RegExp(`^${account_id}_[0-9a-f]{32}$`)));
});
