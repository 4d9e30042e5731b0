import {
  accessibilityPreferencesRoutes,
  localizationFieldNames,
  localizationPreferencesRoutes,
  notificationPreferencesRoutes,
  type PreferenceField,
  type PreferencesDocument,
  type Route,
  themePreferencesRoutes,
} from '@annals/contracts';
import { type MountedRoute, mount } from '@annals/service';
import { patching, replacing } from './change.js';
import { inForce, sourcesOf } from './in-force.js';
import { changePreferences, type PreferenceParts, readPreferences } from './own-preferences.js';
import { type Layers } from './shown.js';

type Tree = Readonly<Record<string, unknown>>;

/** A part of the preferences that has a resource of its own. */
interface Part {
  routes: Readonly<Record<'get' | 'replace' | 'patch', Route>>;
  /** The fields it replaces. */
  fields: PreferenceField[];
  /** Its part of all values, or of all sources. */
  of(whole: Tree): Tree;
  /** Its body as choices among all of them. */
  into(body: Tree): PreferencesDocument;
}

/** A part that is one field by its name. */
const under = (field: PreferenceField, routes: Part['routes']): Part => ({
  routes,
  fields: [field],
  of: (whole) => whole[field] as Tree,
  into: (body) => ({ [field]: body }),
});

const allParts: readonly Part[] = [
  under('theme', themePreferencesRoutes),
  under('notifications', notificationPreferencesRoutes),
  under('accessibility', accessibilityPreferencesRoutes),
  {
    routes: localizationPreferencesRoutes,
    fields: [...localizationFieldNames],
    of: (whole) => Object.fromEntries(localizationFieldNames.map((name) => [name, whole[name]])),
    into: (body) => body,
  },
];

/** GET, PUT and PATCH of /users/preferences/theme, /notifications, /accessibility and /localization */
export const partRoutesOf = (parts: PreferenceParts): MountedRoute[] =>
  allParts.flatMap((part) => mounted(parts, part));

function mounted(parts: PreferenceParts, part: Part): MountedRoute[] {
  const { get, replace, patch } = part.routes;
  // What the contracts of the parts checked; the type of their list cannot say it.
  const wanted = (body: unknown) => part.into(body as Tree);
  const show = (layers: Layers, explain: boolean) => shownPart(part, layers, explain);
  return [
    mount(get, (request) => {
      const { explain } = request.query as { explain: 'true' | 'false' };
      return readPreferences(parts, request, (_owner, layers) => show(layers, explain === 'true'));
    }),
    mount(replace, (request) => {
      const change = replacing(wanted(request.body), part.fields);
      return changePreferences(parts, request, change, (_owner, layers) => show(layers, false));
    }),
    mount(patch, (request) =>
      changePreferences(parts, request, patching(wanted(request.body)), (_owner, layers) => show(layers, false)),
    ),
  ];
}

function shownPart(part: Part, { own, account }: Layers, explain: boolean): Tree {
  return {
    ...part.of(inForce(own.choices, account.choices)),
    updated_at: own.updatedAt,
    ...(explain && { sources: part.of(sourcesOf(own.choices, account.choices)) }),
  };
}
