import { places } from './places.js';

const refused = (code: string) => expect.objectContaining({ code }) as Error;

describe('places', () => {
  it('are so many for one person and so many for all, and come back once', () => {
    const two = places(3, 2);
    const first = two.take('ada');
    two.take('ada');
    expect(() => two.take('ada')).toThrow(refused('too-many-at-once'));
    two.take('bob');
    expect(() => two.take('eve')).toThrow(refused('overloaded'));
    first();
    first();
    two.take('eve');
    expect(() => two.take('ada')).toThrow(refused('overloaded'));
  });
});
