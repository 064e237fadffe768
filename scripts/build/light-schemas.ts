/**
 * Stands for TypeBox in the built program.
 *
 * TypeBox costs some 15 ms to load even when only its used parts are bundled, most of the time that
 * `plumbline validate` may take. What the manifest kinds and connectors use of it are a dozen
 * builders that return plain JSON Schema; they are below. The build compares every schema that they
 * give with what TypeBox gives, so a difference, or a builder that is missing here, fails the build.
 * Outside the program (`plumbline/connector-kit`) `Type` is TypeBox itself; the hidden marks `~kind`
 * and `~optional` are its own, so that schemas from here can stand inside its objects.
 */
type Schema = Record<string, unknown>;

function hidden(schema: Schema, mark: string, value: unknown): Schema {
  return Object.defineProperty(schema, mark, { value, enumerable: false, configurable: true });
}

const of =
  (kind: string, base: Schema) =>
  (options: Schema = {}): Schema =>
    hidden({ ...base, ...options }, "~kind", kind);

function optional(schema: Schema): Schema {
  const copy = hidden({ ...schema }, "~kind", schema["~kind"]);
  return hidden(copy, "~optional", true);
}

function object(properties: Record<string, Schema>, options: Schema = {}): Schema {
  const required = Object.keys(properties).filter((name) => properties[name]?.["~optional"] !== true);
  const schema = { type: "object", ...(required.length > 0 ? { required } : {}), properties, ...options };
  return hidden(schema, "~kind", "Object");
}

function record(key: Schema, value: Schema, options: Schema = {}): Schema {
  const pattern = typeof key.pattern === "string" ? key.pattern : "^.*$";
  return hidden({ type: "object", patternProperties: { [pattern]: value }, ...options }, "~kind", "Record");
}

const Type = {
  String: of("String", { type: "string" }),
  Integer: of("Integer", { type: "integer" }),
  Number: of("Number", { type: "number" }),
  Boolean: of("Boolean", { type: "boolean" }),
  Null: of("Null", { type: "null" }),
  Unknown: of("Unknown", {}),
  Any: of("Any", {}),
  Literal: (value: unknown, options: Schema = {}) => of("Literal", { type: typeof value, const: value })(options),
  Enum: (values: readonly unknown[], options: Schema = {}) => of("Enum", { enum: values })(options),
  Array: (items: Schema, options: Schema = {}) => of("Array", { type: "array", items })(options),
  Union: (anyOf: readonly Schema[], options: Schema = {}) => of("Union", { anyOf })(options),
  Unsafe: (schema: Schema) => hidden({ ...schema }, "~unsafe", null),
  Object: object,
  Optional: optional,
  Record: record,
};

export default Type;
