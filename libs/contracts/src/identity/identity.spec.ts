import {
  identityEvents,
  identityRoutes,
  identitySchemas,
  EmailAddress,
  SessionStarted,
  UserRegistered,
} from '../index.js';

describe('an address', () => {
  it('is compared trimmed and without case', () =>
    expect(EmailAddress.parse('  Ada@Example.TEST ')).toBe('ada@example.test'));
  it.each(['', 'ada', '@example.test', 'ada@', `${'a'.repeat(250)}@example.test`])('is not %j', (text) =>
    expect(EmailAddress.safeParse(text).success).toBe(false),
  );
});

describe('a slug', () => {
  const accepts = (text: string) => identitySchemas.Slug.safeParse(text).success;
  it('is short, lower case and reads well in an address', () =>
    expect(['acme', 'acme-2', 'home-abc234defghj'].map(accepts)).toEqual([true, true, true]));
  it.each(['ab', 'Acme', '-acme', 'acme-', 'ac--me', 'ac me', 'a'.repeat(41), 'acmé'])('is not %j', (text) =>
    expect(accepts(text)).toBe(false),
  );
});

describe('what identity writes', () => {
  it('marks who people are and where they ask from', () => {
    const marked = (contract: typeof UserRegistered | typeof SessionStarted) =>
      contract.personalFields.map(({ path, mark }) => `${path.join('.')} ${mark.category} ${mark.purpose}`);
    expect(marked(UserRegistered)).toEqual([
      ...['email contact account', 'name identity account', 'profile_image identity account'],
    ]);
    expect(marked(SessionStarted)).toEqual([
      'device_name online_identifier security',
      'ip_address online_identifier security',
      'user_agent online_identifier security',
    ]);
  });

  it('has no field for a password or a token, in any event', () => {
    const fields = identityEvents.flatMap(({ data }) => Object.keys(data.shape));
    expect(fields.filter((field) => /password|token|secret/.test(field))).toEqual([]);
  });
});

describe('what identity answers', () => {
  it('never shows a password or a hash', () => {
    for (const { definition } of identityRoutes) {
      const shapes = JSON.stringify(Object.values(definition.responses).map((schema) => Object.keys(shapeOf(schema))));
      expect(shapes).not.toMatch(/password|hash/);
    }
  });

  it('needs no sign-in only where one signs in, says yes to an invitation, and for the development mail box', () =>
    expect(identityRoutes.filter(({ definition }) => definition.access.kind === 'open').map(({ id }) => id)).toEqual([
      ...['register', 'login', 'refresh', 'forgotPassword', 'resetPassword'],
      ...['verifyMfa', 'passkeyRequestOptions', 'signInWithPasskey'],
      ...['verifyEmail', 'resendVerification', 'confirmEmail', 'acceptInvitation', 'devMail'],
    ]));
});

function shapeOf(schema: unknown): object {
  return typeof schema === 'object' && schema !== null && 'shape' in schema ? (schema.shape as object) : {};
}
