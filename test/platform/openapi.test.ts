import { createConfig, lintFromString } from '@redocly/openapi-core';
import { describe, expect, test } from 'vitest';
import { productOpenApi } from '../../api/openapi-document.ts';
import { problemCatalogue } from '../../api/problem.ts';
import { problem } from '../../contracts/platform/common.ts';
import { readConfig } from '../../config/env.ts';

const document = productOpenApi(
  readConfig({
    DATABASE_URL: 'postgres://localhost/none',
    TEMPORAL_ADDRESS: 'localhost:1',
    DUECOURSE_MODE: 'local',
    DUECOURSE_PUBLIC_URL: 'https://credit.duecourse.test',
  }),
);

/** Every schema of the document, with the place where it stands. */
function* schemasIn(value: unknown, place: string): Generator<[string, Record<string, unknown>]> {
  if (Array.isArray(value)) for (const [at, item] of value.entries()) yield* schemasIn(item, `${place}/${at}`);
  else if (typeof value === 'object' && value !== null) {
    yield [place, value as Record<string, unknown>];
    for (const [key, inner] of Object.entries(value)) if (!key.startsWith('example')) yield* schemasIn(inner, `${place}/${key}`);
  }
}

test('the page of problems lists every code that an answer may have, each with its status, in both languages', () => {
  const codes = problemCatalogue().map(({ code }) => code);
  expect(codes.sort()).toEqual([...problem.shape.code.options].sort());
  for (const { code, status, text } of problemCatalogue()) {
    expect(status, code).toBeGreaterThanOrEqual(400);
    for (const language of ['zh', 'en'] as const) expect(text[language].detail.length, code).toBeGreaterThan(4);
  }
});

describe('the published document', () => {
  test('is clean by the recommended rules of a public linter', async () => {
    const config = await createConfig({ extends: ['recommended'] });
    const found = await lintFromString({ source: JSON.stringify(document), config });
    expect(found.map(({ ruleId, message, location }) => [ruleId, message, location[0]?.pointer])).toEqual([]);
  });

  test('has no two paths that differ in the name of a parameter alone, and no two operations of one name', () => {
    const paths = Object.keys(document.paths).map((path) => path.replaceAll(/\{\w+\}/g, '{}'));
    expect(new Set(paths).size).toBe(paths.length);
    const names = Object.values(document.paths).flatMap((item) => Object.values(item).map(({ operationId }) => operationId));
    expect(new Set(names).size).toBe(names.length);
  });

  test('says "may be null" as a choice beside null, which every reader of JSON Schema understands', () => {
    for (const [place, schema] of schemasIn(document, '')) {
      expect(schema, place).not.toHaveProperty('nullable');
      expect(schema, place).not.toHaveProperty('allOf');
      // Null is one of several choices, never all that a field can be: generators of clients have no type for that.
      if (!/\/anyOf(\/\d+)?$/.test(place)) expect(schema, place).not.toHaveProperty('type', 'null');
    }
  });

  test('does not ask for fields that have a default, and promises them in answers', () => {
    const { Terms, TermsInput } = document.components.schemas;
    expect(TermsInput?.['required'] ?? []).not.toContain('from');
    expect(Terms?.['required']).toContain('from');
    for (const [place, schema] of schemasIn(document.components, ''))
      if (!place.endsWith('/properties')) expect(schema, place).not.toHaveProperty('default');
  });

  test('says what a form holds part by part, and that a 204 has no body', () => {
    const form = document.paths['/v1/imports']?.['post']?.requestBody?.content['multipart/form-data']?.schema;
    expect(form).toMatchObject({ type: 'object', required: ['file'], properties: { file: { format: 'binary' }, mapping: {} } });
    expect(document.paths['/v1/callbacks/twilio']?.['post']?.responses['204']).not.toHaveProperty('content');
  });
});
