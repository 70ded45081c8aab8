import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { readPath } from '../core/document/raw-document.ts';
import { describeApi } from './openapi.ts';
import { routeDescriptions } from './route-descriptions.ts';
import { type Route, routes } from './routes.ts';

const Reference = z.strictObject({ $ref: z.string().startsWith('#/components/') });
const Schema = z.record(z.string(), z.unknown());
const Content = z.record(
  z.string().regex(/^[a-z]+\/[a-z0-9.+-]+$/),
  z.strictObject({ schema: Schema, example: z.unknown().optional() }),
);
const Header = z.strictObject({ description: z.string().optional(), required: z.boolean().optional(), schema: Schema });
const Response = z.strictObject({
  description: z.string().min(1),
  headers: z.record(z.string(), Header).optional(),
  content: Content.optional(),
});
const Parameter = z.strictObject({
  in: z.enum(['path', 'query', 'header']),
  name: z.string(),
  required: z.boolean().optional(),
  description: z.string().optional(),
  schema: Schema,
});
const Operation = z.strictObject({
  operationId: z.string(),
  tags: z.array(z.string()).length(1),
  summary: z.string().min(1),
  description: z.string().optional(),
  security: z.array(z.record(z.string(), z.array(z.string()))),
  parameters: z.array(Parameter).optional(),
  requestBody: z.strictObject({ required: z.literal(true), content: Content }).optional(),
  responses: z.record(z.string().regex(/^[2-5]\d\d$/), z.union([Response, Reference])),
});
const Method = z.enum(['get', 'post', 'put', 'patch', 'delete']);

/** What OpenAPI 3.1 asks of the parts that we use (https://spec.openapis.org/oas/v3.1.1). */
const OpenApi = z.strictObject({
  openapi: z.string().regex(/^3\.1\.\d$/),
  info: z.strictObject({ title: z.string(), version: z.string(), description: z.string() }),
  servers: z.array(z.strictObject({ url: z.url() })),
  tags: z.array(z.strictObject({ name: z.string() })),
  paths: z.record(z.string().startsWith('/'), z.partialRecord(Method, Operation)),
  components: z.strictObject({
    schemas: z.record(z.string().regex(/^[A-Za-z0-9._-]+$/), Schema),
    responses: z.record(z.string(), Response),
    securitySchemes: z.record(z.string(), z.looseObject({ type: z.enum(['apiKey', 'http']) })),
  }),
});

const description: unknown = JSON.parse(JSON.stringify(describeApi('https://api.example.com')));
const { paths, tags, components } = OpenApi.parse(description);
const operations = Object.entries(paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({ path, method, operation })),
);

describe('the API’s description', () => {
  test('has every route and nothing else, by its name', () => {
    const described = operations.map(({ path, method, operation }) => [operation.operationId, method, path]);
    const expected = Object.entries<Route>(routes).map(([name, { method, path }]) => [
      name,
      method.toLowerCase(),
      path,
    ]);
    expect(described.sort()).toEqual(expected.sort());
  });

  test('has no name of an operation twice', () => {
    const names = operations.map(({ operation }) => operation.operationId);
    expect(new Set(names).size).toBe(names.length);
  });

  test('has exactly the variables of each path as required parameters', () => {
    for (const { path, operation } of operations) {
      const variables = [...path.matchAll(/\{([^}]+)\}/g)].map(([, variable]) => variable);
      const parameters = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path');
      expect(parameters.map(({ name }) => name)).toEqual(variables);
      expect(parameters.every(({ required }) => required === true)).toBe(true);
    }
  });

  test('refers only to what is there', () => {
    const references = [...findAll(description, '$ref')].map((found) => z.string().parse(found.value));
    expect(references.length).toBeGreaterThan(0);
    for (const reference of references) {
      const path = reference
        .replace(/^#\//, '')
        .split('/')
        .map((word) => word.replaceAll('~1', '/').replaceAll('~0', '~'));
      expect(readPath(description, path), reference).toBeDefined();
    }
  });

  test('uses tags and ways to sign in that it describes', () => {
    const known = new Set(tags.map(({ name }) => name));
    for (const { path, operation } of operations) {
      expect(operation.tags.every((tag) => known.has(tag))).toBe(true);
      const ways = operation.security.flatMap((way) => Object.keys(way));
      expect(ways.every((way) => way in components.securitySchemes)).toBe(true);
      if (path.startsWith('/admin/')) expect(ways).toEqual(['sign-in']);
    }
  });

  test('has examples that their schemas accept', () => {
    const schemas = [...findAll(description, 'example')].filter(({ owner }) => 'type' in owner);
    expect(schemas.length).toBeGreaterThan(0);
    for (const { owner, value } of schemas) {
      const schema = z.fromJSONSchema(owner);
      expect(() => schema.parse(value)).not.toThrow();
    }
  });

  test('has examples of bodies that the functions accept', () => {
    for (const { body, answers } of Object.values(routeDescriptions)) {
      for (const content of [body, ...Object.values(answers).map((answer) => answer.content)]) {
        for (const { schema, example } of Object.values(content ?? {})) {
          if (example !== undefined && schema instanceof z.ZodType) expect(() => schema.parse(example)).not.toThrow();
        }
      }
    }
  });

  test('has an answer that is no refusal for each route, and each refusal once', () => {
    for (const { answers, refusals } of Object.values(routeDescriptions)) {
      expect(Object.keys(answers).length).toBeGreaterThan(0);
      expect(Object.keys(answers).every((status) => /^(2\d\d|302)$/.test(status))).toBe(true);
      expect(new Set(refusals).size).toBe(refusals.length);
    }
  });

  test('lets answers gain properties, and keeps requests strict where they are', () => {
    expect(components.schemas.Ticket).not.toHaveProperty('additionalProperties');
    expect(components.schemas.ProjectDocument).toHaveProperty('additionalProperties', false);
  });
});

/** Every value that stands under a name, however deep, with what holds it. */
function* findAll(value: unknown, name: string): Generator<{ owner: Record<string, unknown>; value: unknown }> {
  if (typeof value !== 'object' || value === null) return;
  const owner = Object.fromEntries(Object.entries(value));
  if (!Array.isArray(value) && Object.hasOwn(owner, name)) yield { owner, value: owner[name] };
  for (const part of Object.values(owner)) yield* findAll(part, name);
}
