type Fields = Record<string, unknown>;

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What an export says of documents and nobody can set: whose they are, since when, and what others have found. */
const readOnly: Readonly<Record<string, readonly string[]>> = {
  profile: ['user_id', 'account_id', 'avatar', 'verified', 'updated_at'],
  privacy: ['user_id', 'account_id', 'updated_at'],
  preferences: ['user_id', 'account_id', 'updated_at', 'sources'],
};
export const documentNames = Object.keys(readOnly) as ('profile' | 'privacy' | 'preferences')[];

/** Whether a column of our own CSV is such a thing, or lies within one: `profile.avatar.etag`. */
export function isReadOnly(name: string): boolean {
  const [part = '', field = ''] = name.split('.');
  return readOnly[part]?.includes(field) ?? false;
}

/** A document without what cannot be set. */
function settable(name: string, value: unknown): unknown {
  if (!isFields(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => !readOnly[name]!.includes(key)));
}

/** What one person's part of a document says about themselves. */
export const settableDocuments = (parts: Fields): Fields =>
  Object.fromEntries(
    documentNames.flatMap((name) => (Object.hasOwn(parts, name) ? [[name, settable(name, parts[name])]] : [])),
  );

/**
 * A member as an export of an account has them, in the form in which they are imported. Roles that were given for a time
 * stay behind: as given for good they would be more than the person had.
 */
export function memberOf(item: Fields): Fields {
  const { email, name, profile_image } = isFields(item.user) ? item.user : {};
  const { role, roles } = isFields(item.membership) ? item.membership : {};
  const given = rolesOf(roles);
  return {
    ...{ email, name, profile_image: profile_image ?? undefined, role: role ?? undefined },
    ...(given === undefined ? {} : { roles: given }),
    ...settableDocuments(item),
  };
}

/** Names of roles: as they are, or of roles as an export lists them. */
export function rolesOf(roles: unknown): unknown {
  if (!Array.isArray(roles)) return roles ?? undefined;
  return roles.flatMap((role: unknown) => {
    if (!isFields(role)) return [role];
    return role.valid_from || role.expires_at ? [] : [role.name];
  });
}

/** Every account that an exported item names. */
export function accountsIn(item: Fields): unknown[] {
  const places = [item, ...[item.user, item.membership, item.profile, item.privacy, item.preferences].filter(isFields)];
  return places.flatMap((place) => (place.account_id === undefined ? [] : [place.account_id]));
}
