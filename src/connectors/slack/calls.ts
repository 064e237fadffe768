/**
 * How a method of the Web API is called, and what some of its refusals mean.
 *
 * Calls that belong to one kind or action stand beside it; they all go through here.
 */
import {
  byCursor,
  ConnectorError,
  type HttpAnswer,
  type HttpReader,
  type RequestOptions,
} from "../../connector-kit/index.ts";

export type Form = NonNullable<RequestOptions["form"]>;

/** Things in a page: 200 is what Slack advises, 999 its most. */
export const PAGE = 200;

/** Calls a method with a form; lists and objects in it are JSON texts. */
export function call(
  http: HttpReader,
  method: string,
  form: Form,
  options: Omit<RequestOptions, "form">,
): Promise<HttpAnswer> {
  return http.post(`/api/${method}`, { ...options, form });
}

/** A list that comes in pages, to its end. @param list the property that holds it. */
export function pages<T>(
  http: HttpReader,
  method: string,
  form: Form,
  { list, limit, what }: { list: string; limit: string; what: string },
): AsyncGenerator<T> {
  return byCursor<T>(http, `/api/${method}`, {
    post: true,
    form: { ...form, limit: PAGE },
    limit,
    what,
    items: (body) => (body as Record<string, readonly T[] | undefined>)[list],
    cursor: (body) => (body as { response_metadata?: { next_cursor?: string } }).response_metadata?.next_cursor,
  });
}

/** Lets refusals pass that say that it was so already. */
export async function succeedsWith<T>(words: readonly string[], answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof ConnectorError) || !words.includes(error.platformCode ?? "")) throw error;
    return undefined;
  }
}

/** Adds to a refusal what a user can do about it, which Slack's word alone does not tell. */
export async function explained<T>(remedies: Readonly<Record<string, string>>, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    const { platformCode = "" } = error instanceof ConnectorError ? error : {};
    const remedy = Object.hasOwn(remedies, platformCode) ? remedies[platformCode] : undefined;
    if (!(error instanceof ConnectorError) || remedy === undefined) throw error;
    const { code, message, status } = error;
    throw new ConnectorError(code, `${message.replace(/\.$/, "")}. ${remedy}`, {
      cause: error,
      platformCode,
      ...(status === undefined ? {} : { status }),
    });
  }
}
