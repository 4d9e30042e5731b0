const brand = Symbol.for('annals.erased');

/** Stands where a personal value stood whose key was destroyed. Serialises as `{"erased":true}`. */
export class Erased {
  readonly [brand] = true;
  toJSON(): { erased: true } {
    return { erased: true };
  }
  toString(): string {
    return '[erased]';
  }
}

/** The one marker: all erased values are alike. */
export const erased: Erased = Object.freeze(new Erased());

/** True for the marker itself. Data of a user that merely looks like its JSON form is not erased. */
export function isErased(value: unknown): value is Erased {
  return typeof value === 'object' && value !== null && brand in value;
}
