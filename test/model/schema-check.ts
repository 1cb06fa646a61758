/**
 * A small judge of JSON values by a draft-07 schema: the keywords that schemas/fencepost.schema.json uses, and an error for any other,
 * so that a keyword added there cannot silently count for nothing.
 */
import assert from 'node:assert/strict';

export type Schema = Readonly<Record<string, unknown>>;

const notes = new Set(['$schema', '$id', 'title', 'description', 'examples', 'definitions']);

export function accepts(schema: Schema, value: unknown, root: Schema = schema): boolean {
  return Object.entries(schema).every(
    ([keyword, argument]) => notes.has(keyword) || holds(keyword, argument, schema, value, root),
  );
}

function holds(keyword: string, argument: unknown, schema: Schema, value: unknown, root: Schema): boolean {
  const object = isObject(value) ? value : undefined;
  switch (keyword) {
    case '$ref':
      return accepts(definition(root, String(argument)), value, root);
    case 'type':
      return typeOf(value, String(argument));
    case 'enum':
      return (argument as unknown[]).includes(value);
    case 'pattern':
      return typeof value !== 'string' || new RegExp(String(argument)).test(value);
    case 'minimum':
      return typeof value !== 'number' || value >= Number(argument);
    case 'maximum':
      return typeof value !== 'number' || value <= Number(argument);
    case 'minItems':
      return !Array.isArray(value) || value.length >= Number(argument);
    case 'items':
      return !Array.isArray(value) || value.every((item) => accepts(argument as Schema, item, root));
    case 'required':
      return !object || (argument as string[]).every((key) => key in object);
    case 'properties':
      return (
        !object ||
        Object.entries(argument as Record<string, Schema>).every(([key, s]) => !(key in object) || accepts(s, object[key], root))
      );
    case 'additionalProperties': {
      if (!object) return true;
      const others = Object.keys(object).filter((key) => !(isObject(schema.properties) && key in schema.properties));
      return argument === false ? others.length === 0 : others.every((key) => accepts(argument as Schema, object[key], root));
    }
    case 'propertyNames':
      return !object || Object.keys(object).every((key) => accepts(argument as Schema, key, root));
    case 'anyOf':
      return (argument as Schema[]).some((s) => accepts(s, value, root));
    case 'not':
      return !accepts(argument as Schema, value, root);
    default:
      return assert.fail(`the schema uses ${keyword}, which the test does not know`);
  }
}

function definition(root: Schema, reference: string): Schema {
  const name = /^#\/definitions\/(\w+)$/.exec(reference)?.[1] ?? assert.fail(`reference ${reference}`);
  return (root.definitions as Record<string, Schema>)[name] ?? assert.fail(`no definition ${name}`);
}

function typeOf(value: unknown, type: string): boolean {
  switch (type) {
    case 'array':
      return Array.isArray(value);
    case 'object':
      return isObject(value);
    case 'integer':
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
