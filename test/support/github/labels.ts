/**
 * Labels as GitHub keeps them, where the emulator differs: names are compared without regard to case,
 * a taken name is answered `already_exists`, a colour with `#` or a description over 100 characters is
 * refused (docs.github.com/rest/issues/labels), and a new repository starts with nine labels
 * (docs.github.com, "About default labels").
 */
import { type Answer, fieldsOf, type Received } from "../loopback.ts";
import { all, type GitHubState, invalid } from "./state.ts";

const labelPath = /^(\/repos\/[^/]+\/[^/]+\/labels)(?:\/([^/]+))?$/;

/** What GitHub puts into a new repository: name, colour, description. */
const defaults = [
  ["bug", "d73a4a", "Something isn't working"],
  ["documentation", "0075ca", "Improvements or additions to documentation"],
  ["duplicate", "cfd3d7", "This issue or pull request already exists"],
  ["enhancement", "a2eeef", "New feature or request"],
  ["good first issue", "7057ff", "Good for newcomers"],
  ["help wanted", "008672", "Extra attention is needed"],
  ["invalid", "e4e669", "This doesn't seem right"],
  ["question", "d876e3", "Further information is requested"],
  ["wontfix", "ffffff", "This will not be worked on"],
] as const;

/** Gives a repository GitHub's first labels. @param fullName `owner/name`. */
export async function addDefaultLabels(state: GitHubState, fullName: string): Promise<void> {
  for (const [name, color, description] of defaults) {
    await state.call("POST", `/repos/${fullName}/labels`, { name, color, description });
  }
}

/** Answers what concerns labels; leaves lists and other paths alone. */
export async function labels(state: GitHubState, request: Received): Promise<Answer | undefined> {
  const match = labelPath.exec(request.path);
  const [, list, encoded] = match ?? [];
  if (!list || (request.method === "GET" && !encoded)) return undefined;
  const writes = request.method === "POST" || request.method === "PATCH";
  const wrong = writes ? mistake(fieldsOf(request.body)) : undefined;
  if (wrong) return wrong;
  const existing = (await all(state, list)).map(({ name }) => String(name));
  const known = encoded === undefined ? undefined : find(existing, decodeURIComponent(encoded));
  const wanted = writes ? fieldsOf(request.body)[request.method === "POST" ? "name" : "new_name"] : undefined;
  const taken = typeof wanted === "string" ? find(existing, wanted) : undefined;
  if (taken !== undefined && taken !== known) return alreadyExists();
  if (encoded === undefined || known === undefined) return undefined;
  return state.forward({ ...request, path: `${list}/${encodeURIComponent(known)}` });
}

function find(names: readonly string[], name: string): string | undefined {
  return names.find((other) => other.toLowerCase() === name.trim().toLowerCase());
}

function mistake({ color, description }: Record<string, unknown>): Answer | undefined {
  if (color !== undefined && !/^[0-9a-fA-F]{6}$/.test(String(color))) return unfit("color", "is invalid");
  if (typeof description === "string" && description.length > 100) {
    return unfit("description", "is too long (maximum is 100 characters)");
  }
  return undefined;
}

function unfit(field: string, what: string): Answer {
  return invalid("Validation Failed", [{ resource: "Label", code: "invalid", field, message: `${field} ${what}` }]);
}

function alreadyExists(): Answer {
  return invalid("Validation Failed", [{ resource: "Label", code: "already_exists", field: "name" }]);
}
