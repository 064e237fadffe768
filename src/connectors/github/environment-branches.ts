/**
 * The names of branches and tags that may deploy to an environment.
 *
 * They have an address of their own and mean something only where the environment's policy says so. One cannot be
 * changed into the other kind, so what differs goes and what is missing comes.
 */
import { ConnectorError, type Static, Type } from "../../connector-kit/index.ts";
import type { GitHubReader, GitHubWriter } from "./client.ts";
import {
  type BranchPolicy,
  branchPatterns,
  createBranchPattern,
  deleteBranchPattern,
  type EnvironmentPlace,
  type RawBranchPattern,
} from "./environments-api.ts";

const BranchPattern = Type.Object(
  {
    name: Type.String({
      minLength: 1,
      description: "A name or pattern; * stands for anything but /.",
      examples: ["release/*"],
    }),
    type: Type.Optional(
      Type.Enum(["branch", "tag"], { description: "What goes by it; left out, a branch.", examples: ["branch"] }),
    ),
  },
  { additionalProperties: false, description: "What may deploy.", examples: [{ name: "release/*" }] },
);
type BranchPattern = Static<typeof BranchPattern>;

/** The field of an environment. */
export const BranchPatterns = Type.Optional(
  Type.Array(BranchPattern, {
    "x-kubernetes-list-type": "set",
    description: "All names of branches and tags that may deploy, where custom_branch_policies is true.",
    examples: [[{ name: "release/*" }]],
  }),
);

/**
 * Whether an environment has names of branches.
 *
 * @param desired what is stated. @param live the policy that counts where none is stated.
 * @throws ConnectorError for stated names that would mean nothing.
 */
export function takesPatterns(
  desired: {
    name: string;
    deployment_branch_policy?: BranchPolicy | null;
    deployment_branch_patterns?: readonly BranchPattern[];
  },
  live: BranchPolicy | null | undefined,
): boolean {
  const { name, deployment_branch_policy: stated, deployment_branch_patterns: patterns = [] } = desired;
  const policy = stated === undefined ? live : stated;
  if (policy?.custom_branch_policies === true) return true;
  if (patterns.length === 0) return false;
  throw new ConnectorError(
    "VALIDATION",
    `The environment "${name}" states deployment_branch_patterns, which needs ` +
      "`deployment_branch_policy: { protected_branches: false, custom_branch_policies: true }`.",
  );
}

export async function listPatterns(github: GitHubReader, place: EnvironmentPlace): Promise<Required<BranchPattern>[]> {
  return (await branchPatterns(github, place)).map(withType);
}

/** Adds the names that are missing, and takes the others away. */
export async function setPatterns(
  github: GitHubWriter,
  place: EnvironmentPlace,
  wanted: readonly BranchPattern[],
): Promise<void> {
  const live = await branchPatterns(github, place);
  for (const pattern of wanted) {
    if (!live.some((raw) => isSame(raw, pattern))) await createBranchPattern(github, place, withType(pattern));
  }
  for (const raw of live) {
    if (!wanted.some((pattern) => isSame(raw, pattern))) await deleteBranchPattern(github, place, raw);
  }
}

function isSame(a: RawBranchPattern | BranchPattern, b: BranchPattern): boolean {
  return a.name === b.name && withType(a).type === withType(b).type;
}

/** Names were of branches before there were tags; older servers say nothing of it. */
export function withType({ name, type }: RawBranchPattern | BranchPattern): Required<BranchPattern> {
  return { name, type: type ?? "branch" };
}
