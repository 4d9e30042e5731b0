import { type FieldProblem, Problem, type ProfileDocument } from '@annals/contracts';
import { keptLink } from '../document/kept-link.js';
import { keptNumber } from '../document/kept-number.js';

const longestLink = 2048;

/**
 * Fields as they are kept, of fields as they were typed: numbers in E.164, links as browsers write them, no links at all
 * as a field that is not set. Keeping what is kept already changes nothing.
 * @param now RFC 3339
 * @throws Problem 400 `profile-field-invalid`, which names every field that the contract let pass and that cannot be so
 */
export function keptFields(typed: ProfileDocument, now: string): ProfileDocument {
  const problems: FieldProblem[] = [];
  const wrong = (path: string, code: string, message: string) => void problems.push({ path, code, message });
  const number = (path: string, text: string): string => {
    const kept = keptNumber(text);
    if (kept === null) wrong(path, 'no_such_number', 'must be a number that can exist in its country, no extension');
    return kept ?? text;
  };
  const link = (path: string, text: string): string => {
    const kept = keptLink(text);
    if (kept.length > longestLink) wrong(path, 'too_big', `must not be longer than ${longestLink} characters`);
    return kept;
  };

  const kept = { ...typed };
  const { website, social_links, date_of_birth, phone_number, emergency_contact } = typed;
  if (website) kept.website = link('website', website);
  if (social_links) kept.social_links = keptLinks(social_links, link);
  if (phone_number) kept.phone_number = number('phone_number', phone_number);
  if (emergency_contact) {
    const reached = number('emergency_contact.phone_number', emergency_contact.phone_number);
    kept.emergency_contact = { ...emergency_contact, phone_number: reached };
  }
  if (date_of_birth && date_of_birth > now.slice(0, 10))
    wrong('date_of_birth', 'too_big', 'must not lie in the future');
  if (problems.length === 0) return kept;
  throw new Problem(400, 'profile-field-invalid', 'Something in the profile cannot be so', { fields: problems });
}

type Links = NonNullable<ProfileDocument['social_links']>;

function keptLinks(typed: Links, link: (path: string, text: string) => string): Links | null {
  const entries = Object.entries(typed).map(([network, text]) => [network, link(`social_links.${network}`, text)]);
  return entries.length === 0 ? null : (Object.fromEntries(entries) as Links);
}
