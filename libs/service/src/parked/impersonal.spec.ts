import { impersonal } from './impersonal.js';

const id = '018f0000-0000-7000-8000-00000000000a';

describe('the text of an error that an operator reads', () => {
  it.each([
    ['550 mailbox ada.admin@acme.test unavailable', '550 mailbox [address] unavailable'],
    ['connect ECONNREFUSED 10.0.0.7:5432', 'connect ECONNREFUSED [address]:5432'],
    ['from 2001:db8::7 refused', 'from [address] refused'],
    ['GET https://auth.test/users?email=x failed', 'GET [url] failed'],
    ['the user "Ada Admin" has no account', 'the user [text] has no account'],
    ['call +39 011 555-1234 failed', 'call [number] failed'],
    ['could not greet Ada', 'could not greet [name]'],
  ])('of %j shows %j', (text, shown) => expect(impersonal(text)).toBe(shown));

  it.each([
    'The job is for somebody else than its context says',
    'an earlier message of its key is parked',
    'message-context-invalid',
    "Cannot read properties of undefined at line 12, it's ours",
    'TypeError: Failed to fetch',
    `the event ${id} of export-${id}_${id} is not in the store any more`,
  ])('leaves %j as it is', (text) => expect(impersonal(text)).toBe(text));

  it('is short, whatever was said', () => expect(impersonal('x '.repeat(5_000))).toHaveLength(300));
});
