import tseslint from 'typescript-eslint';

/** Who may import whom: one row a folder, as in docs/architecture.md. `types` = `import type` only. */
const house = {
  domain: { values: ['domain'], types: [] },
  contracts: { values: ['domain', 'contracts'], types: [], packages: ['zod'] },
  workflows: {
    values: ['workflows', 'domain'],
    types: ['activities', 'contracts'],
    packages: ['@temporalio/workflow', '@temporalio/common'],
  },
  activities: { values: ['activities', 'domain', 'contracts'], types: ['store', 'config'] },
  store: { values: ['store', 'domain'], types: [] },
  rules: { values: ['rules', 'domain'], types: [] },
  api: { values: ['api', 'contracts', 'domain', 'store', 'rules', 'workflows'], types: ['config', 'activities'] },
  worker: { values: ['worker', 'activities', 'store', 'rules', 'config', 'workflows', 'domain', 'contracts'], types: [] },
  config: { values: ['config', 'domain'], types: [] },
  stack: { values: ['stack', 'api', 'worker', 'store', 'config', 'domain', 'contracts'], types: ['workflows'] },
  cli: { values: ['cli', 'stack', 'api', 'worker', 'store', 'rules', 'config', 'domain', 'contracts'], types: [] },
};
const rooms = [...Object.keys(house), 'test', 'bench'];

const fences = Object.entries(house).map(([room, may]) => {
  const never = rooms.filter((r) => !may.values.includes(r) && !may.types.includes(r));
  const typesOnly = may.types;
  return {
    files: [`${room}/**/*.ts`],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            ...never.map((r) => ({ regex: `^(\\.\\./)+${r}/`, message: `${room}/ may not import ${r}/` })),
            ...typesOnly.map((r) => ({
              regex: `^(\\.\\./)+${r}/`,
              allowTypeImports: true,
              message: `${room}/ may import only types of ${r}/`,
            })),
            ...(may.packages
              ? [
                  {
                    regex: `^(?!\\.)(?!(${may.packages.join('|')})(/|$))`,
                    message: `${room}/ may import only ${may.packages.join(', ')}`,
                  },
                ]
              : []),
            ...(room === 'domain'
              ? [{ regex: '^(?!\\.)(?!decimal\\.js$)', message: 'domain/ imports nothing but itself (and decimal.js)' }]
              : []),
          ],
        },
      ],
    },
  };
});

export default tseslint.config(
  { ignores: ['node_modules/**', '.duecourse/**', 'bench/results/**', 'coverage/**', 'examples/clients/**'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommended],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-explicit-any': 'error',
      'max-lines': ['error', { max: 350, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 70, skipBlankLines: true, skipComments: true }],
    },
  },
  { files: ['test/**/*.ts', 'bench/**/*.ts'], rules: { 'max-lines-per-function': 'off', 'max-lines': 'off' } },
  {
    files: ['test/**/*.ts'],
    ignores: ['test/support/property.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: [
            { name: 'fast-check', message: 'test/support/property.ts has it with the seed of the run' },
            {
              name: '@fast-check/vitest',
              importNames: ['fc'],
              message: 'test/support/property.ts has it with the seed of the run',
            },
          ],
        },
      ],
    },
  },
  // Lists of sentences: as long as there are codes.
  { files: ['domain/kernel/refusals-*.ts'], rules: { 'max-lines': 'off' } },
  // Generated: as long as the schema is.
  { files: ['store/schema.ts'], rules: { 'max-lines': 'off' } },
  ...fences,
);
