import { IdentityContext } from '@annals/contracts';
import { personIdentity, serviceIdentity, withoutRights } from './identity.js';

describe('a service principal', () => {
  it('has no account, person, role or permission unless it names them', () => {
    const identity = serviceIdentity('svc:retention');
    expect(IdentityContext.parse(identity)).toMatchObject({
      kind: 'service',
      principal: 'svc:retention',
      user_id: null,
      account_id: null,
      role: null,
      permissions: [],
    });
  });
});

describe('withoutRights', () => {
  it('keeps who it is and drops what they may', () => {
    const user_id = '0190a000-0000-7000-8000-000000000001';
    const rights = { role: 'ADMIN', roles: ['ADMIN'], permissions: ['READ_PII'], is_super_admin: true } as const;
    const admin = IdentityContext.parse({ ...personIdentity({ user_id }), ...rights, auth_methods: ['pwd'] });
    expect(withoutRights(admin)).toEqual({ ...admin, role: null, roles: [], permissions: [], is_super_admin: false });
  });
});
