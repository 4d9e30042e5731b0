type Data = Record<string, unknown>;

/**
 * Data of version 1 held theme and notifications whole, null for what was not chosen; and its quiet hours, where there were
 * any, were in force. Notices of security by e-mail could be switched off, which counts as not chosen since.
 */
export function sinceSparse(data: Data): Data {
  const { theme, notifications } = data;
  return {
    ...data,
    ...(holds(theme, 'mode') && { theme: withoutNulls(theme) }),
    ...(holds(notifications, 'email') && { notifications: heard(notifications) }),
  };
}

/** A sealed or erased value holds nothing that could be looked at. */
const holds = (value: unknown, name: string): value is Data =>
  typeof value === 'object' && value !== null && name in value;

function heard({ email, quiet_hours, ...rest }: Data): Data {
  const { security, ...others } = email as Data;
  const unheard = security === 'weekly' || security === 'never';
  return {
    email: unheard ? others : email,
    ...rest,
    ...(quiet_hours ? { quiet_hours: { enabled: true, ...quiet_hours } } : {}),
  };
}

const withoutNulls = (data: Data): Data =>
  Object.fromEntries(Object.entries(data).filter(([, value]) => value !== null));
