import { type Aggregate, type Command, type Loaded, type Outcome, type Position } from '@annals/event-store';
import { freshFolds } from './fresh-folds.js';

const at = (commit: bigint): Position => ({ commit, prepare: commit });
const thing: Aggregate<string> = { category: 'thing', initial: '', evolve: () => '' };
const loaded = (revision: bigint): Loaded<string> => ({
  state: `state ${revision}`,
  revision,
  position: at(revision * 10n),
});

/** A store whose answers the test gives one by one, and a follower it moves by hand. */
function world(capacity?: number) {
  const answers: { resolve(value: Loaded<string>): void; reject(error: Error): void }[] = [];
  const ask = () => new Promise((resolve, reject) => answers.push({ resolve, reject }));
  const follower = { started: true, live: true, position: null as Position | null };
  const trust = { mayKeep: true };
  const folds = freshFolds(
    { load: ask, execute: ask } as never,
    () => ({ started: () => follower.started, live: () => follower.live, position: () => follower.position }),
    capacity,
    () => trust.mayKeep,
  );
  return { folds, answers, follower, trust };
}
const command = {} as Command<string>;

describe('a kept fold', () => {
  it('is served without asking the store', async () => {
    const { folds, answers } = world();
    const first = folds.read(thing, 'a', []);
    answers[0]!.resolve(loaded(1n));
    await first;
    expect(await folds.read(thing, 'a', [])).toMatchObject({ state: 'state 1', revision: 1n });
    expect(answers).toHaveLength(1);
  });

  it('is replaced by this process’s own command', async () => {
    const { folds, answers } = world();
    const written = folds.execute(thing, 'a', command);
    answers[0]!.resolve({ ...loaded(4n), kind: 'appended', events: [], category: 'thing' } as Outcome<string>);
    await written;
    folds.saw('thing-a', 4n);
    expect(await folds.read(thing, 'a', [])).toEqual(loaded(4n));
    expect(answers).toHaveLength(1);
  });

  it('is dropped when another process wrote', async () => {
    const { folds, answers } = world();
    const first = folds.read(thing, 'a', []);
    answers[0]!.resolve(loaded(1n));
    await first;
    folds.saw('thing-a', 2n);
    const second = folds.read(thing, 'a', []);
    answers[1]!.resolve(loaded(2n));
    expect((await second).revision).toBe(2n);
  });

  it('is not made of an answer that was overtaken while it travelled', async () => {
    const { folds, answers } = world();
    const first = folds.read(thing, 'a', []);
    folds.saw('thing-a', 2n);
    answers[0]!.resolve(loaded(1n));
    await first;
    void folds.read(thing, 'a', []);
    expect(answers).toHaveLength(2);
  });

  it('is not made of the old answer to a repeated command', async () => {
    const { folds, answers } = world();
    const again = folds.execute(thing, 'a', command);
    answers[0]!.resolve({ ...loaded(1n), kind: 'replayed', events: [], category: 'thing' } as Outcome<string>);
    expect((await again).revision).toBe(1n);
    void folds.read(thing, 'a', []);
    expect(answers).toHaveLength(2);
  });

  it('never gives way to an older answer', async () => {
    const { folds, answers } = world();
    const slow = folds.read(thing, 'a', []);
    const write = folds.execute(thing, 'a', command);
    answers[1]!.resolve(loaded(2n));
    await write;
    answers[0]!.resolve(loaded(1n));
    await slow;
    expect((await folds.read(thing, 'a', [])).revision).toBe(2n);
  });

  it('is not made of what was read before anybody followed', async () => {
    const { folds, answers, follower } = world();
    follower.started = false;
    const first = folds.read(thing, 'a', []);
    follower.started = true;
    answers[0]!.resolve(loaded(1n));
    await first;
    void folds.read(thing, 'a', []);
    expect(answers).toHaveLength(2);
  });

  it('is not trusted while nobody follows', async () => {
    const { folds, answers, follower } = world();
    const first = folds.read(thing, 'a', []);
    answers[0]!.resolve(loaded(1n));
    await first;
    follower.live = false;
    void folds.read(thing, 'a', []);
    expect(answers).toHaveLength(2);
  });

  it('is not enough for a reader who has seen more', async () => {
    const { folds, answers, follower } = world();
    const first = folds.read(thing, 'a', []);
    answers[0]!.resolve(loaded(1n));
    await first;
    await folds.read(thing, 'a', [{ category: 'other', position: at(99n) }]);
    await folds.read(thing, 'a', [{ category: 'thing', position: at(10n) }]);
    expect(answers).toHaveLength(1);
    void folds.read(thing, 'a', [{ category: 'thing', position: at(99n) }]);
    expect(answers).toHaveLength(2);
    follower.position = at(99n);
    answers[1]!.resolve(loaded(1n));
    await folds.read(thing, 'a', [{ category: 'thing', position: at(99n) }]);
    expect(answers).toHaveLength(2);
  });

  it('leaves when others are used more', async () => {
    const { folds, answers } = world(2);
    for (const [index, id] of ['a', 'b', 'c'].entries()) {
      const reading = folds.read(thing, id, []);
      answers[index]!.resolve(loaded(1n));
      await reading;
      if (id === 'b') await folds.read(thing, 'a', []);
    }
    await folds.read(thing, 'a', []);
    expect(answers).toHaveLength(3);
    void folds.read(thing, 'b', []);
    expect(answers).toHaveLength(4);
  });

  it('is not made of a failure, which reaches the caller', async () => {
    const { folds, answers } = world();
    const first = folds.read(thing, 'a', []);
    answers[0]!.reject(new Error('away'));
    await expect(first).rejects.toThrow('away');
    void folds.read(thing, 'a', []);
    expect(answers).toHaveLength(2);
  });
});

describe('a fold of somebody who is forgotten', () => {
  const kept = async (...ids: string[]) => {
    const here = world();
    for (const [index, id] of ids.entries()) {
      const reading = here.folds.read(thing, id, []);
      here.answers[index]!.resolve(loaded(1n));
      await reading;
    }
    return here;
  };

  it('is dropped in all accounts, and those of others are not', async () => {
    const { folds, answers } = await kept('acme_ada', 'globex_ada', 'acme_eve');
    folds.forget('ada');
    await folds.read(thing, 'acme_eve', []);
    expect(answers).toHaveLength(3);
    void folds.read(thing, 'acme_ada', []);
    void folds.read(thing, 'globex_ada', []);
    expect(answers).toHaveLength(5);
  });

  it('is dropped with everybody’s when nobody knows who was erased', async () => {
    const { folds, answers } = await kept('acme_ada', 'acme_eve');
    folds.forget(null);
    void folds.read(thing, 'acme_ada', []);
    void folds.read(thing, 'acme_eve', []);
    expect(answers).toHaveLength(4);
  });

  it('is not made of an answer that was under way', async () => {
    const { folds, answers } = world();
    const reading = folds.read(thing, 'acme_ada', []);
    folds.forget('ada');
    answers[0]!.resolve(loaded(1n));
    await reading;
    void folds.read(thing, 'acme_ada', []);
    expect(answers).toHaveLength(2);
  });

  it('is neither kept nor served while erasures may go unheard', async () => {
    const { folds, answers, trust } = await kept('acme_ada');
    trust.mayKeep = false;
    const reading = folds.read(thing, 'acme_ada', []);
    answers[1]!.resolve(loaded(1n));
    await reading;
    void folds.read(thing, 'acme_ada', []);
    expect(answers).toHaveLength(3);
  });
});
