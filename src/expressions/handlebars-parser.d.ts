/** The parser alone: the whole of Handlebars takes five times as long to load, and its compiler is not used. */
declare module "handlebars/dist/cjs/handlebars/compiler/base.js" {
  /** @throws Error, with `lineNumber` and `column` where the parser knows them. */
  export function parse(text: string): unknown;
}
