import { personalFields, ProfileDocument, ProfilePatch, ProfileUpdated } from '../index.js';

const problems = (schema: { safeParse(v: unknown): { success: boolean } }, value: unknown) =>
  schema.safeParse(value).success;

describe('a profile', () => {
  it('accepts every field in its usual form', () => {
    const body = {
      name: ' Ada Lovelace ',
      pronouns: 'she/her',
      bio: 'Analyst.\nCountess.',
      location: 'London',
      website: 'https://ada.example/',
      social_links: { github: 'https://github.com/ada' },
      date_of_birth: '1990-12-10',
      phone_number: '+442071234567',
      emergency_contact: { name: 'Anne', phone_number: '+442071234568' },
    };
    expect(ProfileDocument.parse(body)).toEqual({
      ...body,
      name: 'Ada Lovelace',
      emergency_contact: { ...body.emergency_contact, relationship: null },
    });
  });

  it.each([
    [{ name: '' }],
    [{ name: 'a\u0000b' }],
    [{ name: 'x'.repeat(201) }],
    [{ bio: '\ud800' }],
    [{ website: 'javascript:alert(1)' }],
    [{ website: 'ftp://example.org' }],
    [{ social_links: { GitHub: 'https://github.com/ada' } }],
    [{ social_links: { github: '@ada' } }],
    [{ social_links: Object.fromEntries(Array.from({ length: 21 }, (_, i) => [`n${i}`, 'https://a.example/'])) }],
    [{ date_of_birth: '1990-02-30' }],
    [{ date_of_birth: '1850-01-01' }],
    [{ phone_number: '020 7123 4567' }],
    [{ emergency_contact: { name: 'Anne' } }],
    [{ nickname: 'ada' }],
  ])('refuses %j', (body) => expect(problems(ProfileDocument, body)).toBe(false));

  it('lets a patch remove one link and change one part of a contact', () => {
    const patch = { social_links: { github: null }, emergency_contact: { phone_number: '+442071234569' }, bio: null };
    expect(ProfilePatch.parse(patch)).toEqual(patch);
  });

  it('seals every field of its event', () => {
    const sealed = ProfileUpdated.personalFields.map((field) => field.path.join('.')).sort();
    expect(sealed).toEqual(Object.keys(ProfileDocument.shape).sort());
    expect(personalFields(ProfileUpdated.data).every((field) => field.mark.purpose === 'profile')).toBe(true);
  });
});
