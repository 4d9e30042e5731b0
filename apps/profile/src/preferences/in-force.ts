import { defaultPreferences, type EffectivePreferences, type PreferenceSources, type Source } from '@annals/contracts';
import { type Choices } from './preferences.js';

/** What is in force for a person, field by field: their own choice, else the account's, else the house's. */
export function inForce(own: Choices, account: Choices): EffectivePreferences {
  return perField(
    defaultPreferences,
    own,
    account,
    (mine, ours, house) => mine ?? ours ?? house,
  ) as EffectivePreferences;
}

/** Whose choice each field in force is. */
export function sourcesOf(own: Choices, account: Choices): PreferenceSources {
  const source = (mine: unknown, ours: unknown): Source => {
    if (mine !== undefined) return 'own';
    return ours === undefined ? 'house' : 'account';
  };
  return perField(defaultPreferences, own, account, source) as PreferenceSources;
}

type Tree = Readonly<Record<string, unknown>>;
const nothing: Tree = {};

/** The house knows every field; what holds fields further in, it holds as an object. */
function perField(
  house: Tree,
  own: Tree = nothing,
  account: Tree = nothing,
  decide: (own: unknown, account: unknown, house: unknown) => unknown,
): Tree {
  const result: Record<string, unknown> = {};
  for (const name in house) {
    const [mine, ours, usual] = [own[name], account[name], house[name]];
    result[name] =
      typeof usual === 'object'
        ? perField(usual as Tree, mine as Tree | undefined, ours as Tree | undefined, decide)
        : decide(mine, ours, usual);
  }
  return result;
}
