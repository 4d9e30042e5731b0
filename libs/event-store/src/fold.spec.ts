import { notebook } from './example-notebook.js';
import { emptyFold, foldCache, foldedWith, type Fold } from './fold.js';

const event = (revision: bigint, command: string) =>
  ({
    type: 'NoteWritten',
    data: { text: `${revision}` },
    metadata: { command_id: command },
    revision,
    position: null,
  }) as unknown as Parameters<typeof foldedWith>[2];

const folded = (events: number): Fold<unknown> => {
  let fold = emptyFold(notebook);
  for (let n = 0; n < events; n++) fold = foldedWith(notebook, fold, event(BigInt(n), `command ${n}`));
  return fold;
};

describe('a fold', () => {
  it('remembers the last thousand commands of its stream', () => {
    const { commands } = folded(1_005);
    expect(commands.size).toBe(1_000);
    expect(commands.has('command 4')).toBe(false);
    expect(commands.has('command 5')).toBe(true);
  });

  it('remembers a command of several events by the last of them', () => {
    const once = foldedWith(notebook, emptyFold(notebook), event(0n, 'c'));
    expect(foldedWith(notebook, once, event(1n, 'c')).commands.get('c')).toMatchObject({ last: 1n });
  });
});

describe('the fold cache', () => {
  it('holds no more than it may, and drops what was not used for longest', () => {
    const cache = foldCache(10);
    cache.set(notebook, 'notebook-a', folded(4));
    cache.set(notebook, 'notebook-b', folded(4));
    expect(cache.get(notebook, 'notebook-a')).toBeDefined();
    cache.set(notebook, 'notebook-c', folded(4));
    expect(cache.get(notebook, 'notebook-b')).toBeUndefined();
    expect(cache.get(notebook, 'notebook-a')).toBeDefined();
  });

  it('keeps the newer of two folds, whoever comes last', () => {
    const cache = foldCache(100);
    cache.set(notebook, 'notebook-a', folded(4));
    cache.set(notebook, 'notebook-a', folded(2));
    expect(cache.get(notebook, 'notebook-a')!.revision).toBe(3n);
  });

  it('does not mix up two ways of folding one stream', () => {
    const cache = foldCache(100);
    cache.set(notebook, 'notebook-a', folded(1));
    expect(cache.get({ ...notebook }, 'notebook-a')).toBeUndefined();
  });

  it('forgets what holds data of a subject, and only that', () => {
    const cache = foldCache(100);
    const adas = folded(1);
    adas.subjects.add('ada');
    cache.set(notebook, 'notebook-a', adas);
    cache.set(notebook, 'notebook-b', folded(1));
    cache.forget('ada');
    expect(cache.get(notebook, 'notebook-a')).toBeUndefined();
    expect(cache.get(notebook, 'notebook-b')).toBeDefined();
  });

  it('forgets everything at once', () => {
    const cache = foldCache(100);
    cache.set(notebook, 'notebook-a', folded(1));
    cache.forget(null);
    expect(cache.get(notebook, 'notebook-a')).toBeUndefined();
  });

  it('does not keep a fold that was begun before somebody was forgotten, and one begun since', () => {
    const cache = foldCache(100);
    const slow = emptyFold(notebook, cache.epoch());
    cache.forget('ada');
    cache.set(notebook, 'notebook-a', foldedWith(notebook, slow, event(0n, 'c')));
    expect(cache.get(notebook, 'notebook-a')).toBeUndefined();
    cache.set(notebook, 'notebook-a', foldedWith(notebook, emptyFold(notebook, cache.epoch()), event(0n, 'c')));
    expect(cache.get(notebook, 'notebook-a')).toBeDefined();
  });

  it('goes on with the folds that had nothing to forget', () => {
    const cache = foldCache(100);
    cache.set(notebook, 'notebook-b', folded(1));
    cache.forget('ada');
    const next = foldedWith(notebook, cache.get(notebook, 'notebook-b')!, event(1n, 'd'));
    cache.set(notebook, 'notebook-b', next);
    expect(cache.get(notebook, 'notebook-b')).toBe(next);
  });

  it('keeps nothing and gives nothing while it may not', () => {
    let may = true;
    const cache = foldCache(100, () => may);
    cache.set(notebook, 'notebook-a', folded(1));
    may = false;
    expect(cache.get(notebook, 'notebook-a')).toBeUndefined();
    cache.set(notebook, 'notebook-b', folded(1));
    may = true;
    expect(cache.get(notebook, 'notebook-b')).toBeUndefined();
  });
});
