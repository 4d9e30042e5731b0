import { accountStream, categoryOf, derivedId, streamName, uuidv5, uuidv7 } from './ids.js';

describe('ids', () => {
  it('version 5 agrees with the example of RFC 9562, appendix A.4', () => {
    const dns = '6ba7b810-9dad-11d1-80b4-00c04fd430c8';
    expect(uuidv5(dns, 'www.example.com')).toBe('2ed6657d-e927-568b-95e1-2665a8aea6a2');
    expect(() => uuidv5('not-an-id', 'name')).toThrow(TypeError);
  });

  it('version 7 starts with its time, as in the example of RFC 9562, appendix A.6', () => {
    expect(uuidv7(new Date('2022-02-22T19:22:22.000Z'))).toMatch(/^017f22e2-79b0-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-/);
    const many = new Set(Array.from({ length: 10_000 }, () => uuidv7()));
    expect(many.size).toBe(10_000);
  });

  it('name what a command creates alike in every run', () => {
    const command = uuidv7();
    expect(derivedId(command, 'user')).toBe(derivedId(command, 'user'));
    expect(derivedId(command, 'user')).not.toBe(derivedId(command, 'account'));
  });

  it('make stream names that start with a category and an account', () => {
    expect(streamName('profile', accountStream('acme', 'ada'))).toBe('profile-acme_ada');
    expect(categoryOf('profile-acme_a-d-a')).toBe('profile');
    expect(categoryOf('nameless')).toBe('nameless');
    expect(() => streamName('pro-file', 'x')).toThrow(TypeError);
    expect(() => streamName('profile', '')).toThrow(TypeError);
  });
});
