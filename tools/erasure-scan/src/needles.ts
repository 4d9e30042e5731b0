/** One way in which a text may lie in a store. */
export interface Needle {
  /** Name of the form, as it is reported; the text itself never is. */
  form: string;
  bytes: Buffer;
}

/** Shorter ones would be found by chance: in base64 three characters turn up in any megabyte. */
export const shortestCanary = 6;

/**
 * Every form in which a text is looked for: as it is and in small letters, escaped as JSON writes it (also twice, and all in
 * `\u`), for URLs, in UTF-16, in hexadecimal, and in base64 and base64url wherever it may begin among other bytes.
 * @throws Error for a text that is too short to tell anything
 */
export function needlesOf(text: string): Needle[] {
  if ([...text].length < shortestCanary) {
    throw new Error(`A canary of less than ${shortestCanary} characters would be found by chance`);
  }
  const found = new Map<string, Needle>();
  const add = (form: string, bytes: Buffer) => {
    const key = bytes.toString('latin1');
    if (!found.has(key)) found.set(key, { form, bytes });
  };
  for (const [name, spelled] of [
    ['', text],
    [' in small letters', text.toLowerCase()],
  ] as const) {
    const written = {
      text: spelled,
      JSON: insideJson(spelled),
      'JSON in JSON': insideJson(insideJson(spelled)),
      'JSON with \\u': escapedAll(spelled, false),
      'JSON with \\U': escapedAll(spelled, true),
      'JSON with ASCII only': insideJson(spelled).replace(/[^ -~]/g, (unit) => escaped(unit, false)),
      URL: encodeURIComponent(spelled),
    };
    for (const [form, said] of Object.entries(written)) add(form + name, Buffer.from(said));
    const raw = Buffer.from(spelled);
    const little = Buffer.from(spelled, 'utf16le');
    add(`UTF-16 (little end first)${name}`, little);
    add(`UTF-16 (big end first)${name}`, Buffer.from(little).swap16());
    add(`hexadecimal${name}`, Buffer.from(raw.toString('hex')));
    add(`hexadecimal in capitals${name}`, Buffer.from(raw.toString('hex').toUpperCase()));
    for (const offset of [0, 1, 2] as const) {
      const core = base64Core(raw, offset);
      add(`base64${name}`, Buffer.from(core));
      add(`base64url${name}`, Buffer.from(core.replaceAll('+', '-').replaceAll('/', '_')));
    }
  }
  return [...found.values()];
}

/** As it stands between the quotes of a JSON text. */
const insideJson = (text: string): string => JSON.stringify(text).slice(1, -1);

function escaped(unit: string, capitals: boolean): string {
  const hex = unit.charCodeAt(0).toString(16).padStart(4, '0');
  return `\\u${capitals ? hex.toUpperCase() : hex}`;
}

const escapedAll = (text: string, capitals: boolean): string =>
  text.replace(/[^]/g, (unit) => (unit < '\u0080' ? unit : escaped(unit, capitals)));

/** The characters of base64 that the text alone decides when it begins at this place of a group of three bytes. */
function base64Core(raw: Buffer, offset: 0 | 1 | 2): string {
  const encoded = Buffer.concat([Buffer.alloc(offset), raw, Buffer.alloc(3)]).toString('base64');
  return encoded.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + raw.length) * 8) / 6));
}

/** The same forms inside bytes that a store shows in hexadecimal, as PostgreSQL does. */
export const inHexadecimal = (needles: readonly Needle[]): Needle[] =>
  needles.map(({ form, bytes }) => ({ form: `${form}, in bytes`, bytes: Buffer.from(bytes.toString('hex')) }));
