import { memberOf } from './member.js';

const [acme, globex] = ['018f0000-0000-7000-8000-00000000000a', '018f0000-0000-7000-8000-00000000000b'];
const ada = '018f0000-0000-7000-8000-0000000000a1';
const secret = Buffer.alloc(32, 1);

describe('the pseudonym of a person', () => {
  it('is always the same in one account', () => {
    expect(memberOf(secret, acme, ada)).toBe(memberOf(secret, acme, ada));
    expect(memberOf(secret, acme, ada)).toMatch(/^\\x[0-9a-f]{32}$/);
  });

  it('is another one in another account, and with another secret', () => {
    const all = [memberOf(secret, acme, ada), memberOf(secret, globex, ada), memberOf(Buffer.alloc(32, 2), acme, ada)];
    expect(new Set(all).size).toBe(3);
  });
});
