import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { activityConfig } from '../../../apps/activity/src/config.js';
import { exportConfig } from '../../../apps/export/src/config.js';
import { GatewayConfig } from '../../../apps/gateway/src/config.js';
import { identityConfig } from '../../../apps/identity/src/config.js';
import { profileConfig } from '../../../apps/profile/src/config.js';

export const root = resolve(__dirname, '../../..');

/** Configuration of each service, as its main file reads it. */
export const configurations: Readonly<Record<string, z.ZodType>> = {
  gateway: GatewayConfig,
  identity: identityConfig,
  profile: profileConfig,
  activity: activityConfig,
  export: exportConfig,
};

export interface Setting {
  name: string;
  description: string;
  required: boolean;
  /** As it is written in an environment; undefined when there is none. */
  fallback: string | undefined;
  services: string[];
}

/** Looks through refinements: a configuration is an object in the end. */
function shapeOf(schema: z.ZodType): Record<string, z.ZodType> {
  if (schema instanceof z.ZodObject) return schema.shape;
  if (schema instanceof z.ZodPipe) return shapeOf(schema.in as z.ZodType);
  throw new Error('a configuration is a zod object');
}

const isRequired = (schema: z.ZodType): boolean => !schema.safeParse(undefined).success;

function fallbackOf(schema: z.ZodType): string | undefined {
  const { success, data } = schema.safeParse(undefined);
  if (!success || data === undefined) return undefined;
  return ['string', 'number', 'boolean'].includes(typeof data) ? `${data as string | number | boolean}` : undefined;
}

/** Every setting of every service, in alphabetical order. */
export function settings(): Setting[] {
  const found = new Map<string, Setting>();
  for (const [service, schema] of Object.entries(configurations)) {
    for (const [name, field] of Object.entries(shapeOf(schema))) {
      const setting = found.get(name) ?? {
        ...{ name, description: field.description ?? '', required: isRequired(field), fallback: fallbackOf(field) },
        services: [],
      };
      found.set(name, setting);
      setting.services.push(service);
    }
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

const everybody = Object.keys(configurations).length;

/** The table of docs/configuration.md. */
export function settingsTable(): string {
  const rows = settings().map(({ name, description, required, fallback, services }) => {
    const who = services.length === everybody ? 'all' : services.join(', ');
    const value = required ? '**required**' : fallback === undefined || fallback === '' ? '' : `\`${fallback}\``;
    return `| \`${name}\` | ${who} | ${value} | ${description.replaceAll('|', '\\|')} |`;
  });
  return ['| name | read by | default | meaning |', '|---|---|---|---|', ...rows].join('\n');
}

/** Variables that docker-compose.yml takes from `.env`, in the order they appear. */
export function composeVariables(): string[] {
  const compose = readFileSync(join(root, 'docker-compose.yml'), 'utf8');
  return [...new Set([...compose.matchAll(/\$\{(\w+)(?=[:}])/g)].map((match) => match[1] ?? ''))];
}

/** The text of .env.example: what compose needs, then every other setting with its default, commented out. */
export function envExample(): string {
  const fromCompose = composeVariables();
  const others = settings().filter(({ name }) => !fromCompose.includes(name));
  const lines = others.map(({ name, description, fallback }) => `# ${description}\n# ${name}=${fallback ?? ''}`);
  return [
    '# For docker-compose.yml: fill in what is empty. Never commit the copy.',
    ...fromCompose.map((name) => `${name}=`),
    '',
    '# Settings of the services; docs/configuration.md says who reads which.',
    ...lines,
    '',
  ].join('\n');
}
