import { readFileSync } from 'node:fs';
import tseslint from 'typescript-eslint';

const { floors, nobodyImports } = JSON.parse(readFileSync(new URL('house.json', import.meta.url), 'utf8'));
const folders = [...Object.keys(floors), ...nobodyImports];
const escaped = (name) => name.replaceAll(/[./]/g, '\\$&');

const fences = Object.entries(floors).map(([floor, may]) => {
  const never = folders.filter((folder) => !may.values.includes(folder) && !may.types.includes(folder));
  const patterns = [
    ...never.map((folder) => ({ regex: `^(\\.\\./)+${folder}/`, message: `${floor}/ may not import ${folder}/` })),
    ...may.types.map((folder) => ({
      regex: `^(\\.\\./)+${folder}/`,
      allowTypeImports: true,
      message: `${floor}/ may import only types of ${folder}/`,
    })),
  ];
  if (may.packages) {
    const known = may.packages.map((name) => (name.endsWith(':') ? name : `${escaped(name)}(/|$)`)).join('|');
    patterns.push({ regex: `^(?!\\.)(?!${known})`, message: `${floor}/ may import only ${may.packages.join(', ')}` });
  }
  return { files: [`${floor}/**/*.ts`], rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns }] } };
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
  { files: ['domain/{platform,records}/refusals-*.ts'], rules: { 'max-lines': 'off' } },
  // Generated: as long as the schema is.
  { files: ['store/platform/schema.ts'], rules: { 'max-lines': 'off' } },
  ...fences,
);
