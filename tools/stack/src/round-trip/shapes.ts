import type { ImportedMember } from '@annals/contracts';

/** Roles that the members of every account here have by name. */
export const ownRoles = ['Press Officer', 'Łódź crew', '広報'] as const;

const names = [
  ...([
    'Ada Lovelace',
    'Đặng Thị Ngọc Thịnh',
    'محمد \u200fعلي',
    '山田 花子',
    'Ольга Ладыженская',
    'O’Brien, "Pat"',
  ] as const),
  ...([
    '=SUM(A1:A9)',
    '-2+3',
    '@cmd',
    '👩‍👩‍👧 Family',
    'Zoë;Müller',
    'Ñandú\u0301',
    'עדה לאבלייס',
    'می\u200cخواهم',
  ] as const),
];
const numbers = ['+431234567', '+442071838750', '+12025550123', '+81312345678'] as const;
const roles = ['VIEWER', 'AUTHOR', 'EDITOR', 'MANAGER', 'BILLING', 'ANALYTICS', 'ADMIN', undefined] as const;
const visible = ['private', 'account', 'public'] as const;

const of = <T>(list: readonly T[], n: number): T => list[n % list.length]!;
/** Every choice of what is there and what is not comes up as the number rises. */
const has = (n: number, bit: number): boolean => ((n >> bit) & 1) === 1;

/** The n-th of people of every shape: each field there and not there, names in many scripts, cells that a sheet would run. */
export function shapeOf(n: number): ImportedMember {
  return {
    ...{ email: `person-${n}@round-trip.test`, name: `${of(names, n)} ${n}`, role: of(roles, n) },
    ...(has(n, 1) && { profile_image: `https://pictures.test/${n}.png?size=1&x="a,b"` }),
    ...(n % 3 === 0 && { roles: [of(ownRoles, n), ...(n % 2 === 0 ? ['BILLING'] : [])] }),
    ...(n % 5 !== 4 && { profile: profileOf(n) }),
    ...(n % 4 !== 3 && { privacy: privacyOf(n) }),
    ...(n % 7 !== 6 && { preferences: preferencesOf(n) }),
  };
}

const profileOf = (n: number): ImportedMember['profile'] => ({
  ...{ bio: has(n, 0) ? `Line one, "quoted"\nline two;\t${of(names, n + 3)}` : `Bio ${n}` },
  ...(has(n, 1) && { handle: `person-${n}`, pronouns: 'they/them' }),
  ...(has(n, 2) && { name: of(names, n + 5), location: of(['Zürich', '東京', '+Graz', 'São Paulo'], n) }),
  ...(has(n, 3) && { website: `https://müller.example/${n}?a=1&b=2`, date_of_birth: `19${10 + (n % 90)}-02-28` }),
  ...(has(n, 4) && { phone_number: of(numbers, n) }),
  ...(has(n, 5) && { social_links: { github: `https://github.com/p${n}`, blog: 'https://blog.example/' } }),
  ...(has(n, 6) && {
    emergency_contact: {
      name: of(names, n + 7),
      phone_number: of(numbers, n + 1),
      relationship: has(n, 0) ? 'Äunt' : null,
    },
  }),
});

const privacyOf = (n: number): ImportedMember['privacy'] => ({
  fields: {
    bio: of(visible, n),
    handle: of(visible, n + 1),
    emergency_contact: of(['private', 'account'] as const, n),
  },
  ...(has(n, 2) && { searchable: has(n, 3) }),
});

const preferencesOf = (n: number): ImportedMember['preferences'] => ({
  ...{
    language: of(['de', 'ja', 'ar', 'pt-BR'], n),
    timezone: of(['Europe/Vienna', 'Asia/Tokyo', 'America/St_Johns'], n),
  },
  ...(has(n, 0) && { date_format: of(['DD.MM.YYYY', 'YYYY-MM-DD'] as const, n), number_format: "1'234.56" as const }),
  ...(has(n, 1) && { theme: { mode: of(['dark', 'light'] as const, n) } }),
});
