import { defaultPrivacy, guardedFieldNames, type PrivacyDocument, type ProfileEvent } from '@annals/contracts';
import { type Owner } from '../owner.js';
import { type ProfileState } from '../profile/profile.js';

/**
 * The event that turns the present decisions into the wanted ones; none when they are the same. A decision taken back is
 * written as what the house holds today: a later default must not open what somebody had once thought about. Consent to
 * tracking is told beside them and decided elsewhere.
 */
export function decideTo(wanted: PrivacyDocument, owner: Owner, now: string, state: ProfileState): ProfileEvent[] {
  const { privacy } = state;
  const changed = {
    ...changedFields(wanted, state),
    ...changedSearchable(wanted.searchable, privacy.searchable),
  };
  if (Object.keys(changed).length === 0) return [];
  const { account_id, user_id } = owner;
  return [{ type: 'ProfilePrivacyChanged', data: { account_id, user_id, ...changed, updated_at: now } }];
}

function changedFields(wanted: PrivacyDocument, { privacy }: ProfileState) {
  const fields = Object.fromEntries(
    guardedFieldNames
      .map((name) => [name, next(wanted.fields?.[name], privacy.fields[name], defaultPrivacy.fields[name])] as const)
      .filter(([name, value]) => value !== privacy.fields[name]),
  );
  return Object.keys(fields).length === 0 ? {} : { fields };
}

function changedSearchable(wanted: boolean | undefined, before: boolean | undefined) {
  const searchable = next(wanted, before, defaultPrivacy.searchable);
  return searchable === before ? {} : { searchable };
}

/** What is decided after it; undefined while nothing ever was. */
const next = <V>(wanted: V | undefined, before: V | undefined, asTheHouse: V): V | undefined =>
  wanted ?? (before === undefined ? undefined : asTheHouse);
