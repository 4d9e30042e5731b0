import { isDue, type Since } from './due.js';

const since = (over: Partial<Since>): Since => ({ age: 1_000, unsigned: 0, asked: false, ...over });

describe('a round is due', () => {
  it.each([
    ['when this process has not signed yet', since({ age: null }), true],
    ['after a minute, also when nothing happened', since({ age: 60_000 }), true],
    ['not before', since({ age: 59_999, unsigned: 999 }), false],
    ['at a thousand new entries', since({ unsigned: 1_000 }), true],
    ['when somebody waits for new entries', since({ asked: true, unsigned: 1 }), true],
    ['not when there is nothing to wait for', since({ asked: true }), false],
  ])('%s', (_, given, due) => expect(isDue(given)).toBe(due));
});
