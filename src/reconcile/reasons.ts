/** Why a change is what it is, as words that programs branch on. `docs/errors.md` lists each with its remedy. */

/** Reasons of changes that are held back. */
export const blockReasons = [
  "AdoptDisabled",
  "Ambiguous",
  "Archived",
  "DriftLoop",
  "FieldUnreadable",
  "Immutable",
  "LastOwner",
  "NotInSavedPlan",
  "Observe",
  "OwnAccount",
  "ParentArchived",
  "ParentBlocked",
  "PermanentFailure",
  "PreventDestroy",
  "Protected",
  "PruneDisabled",
  "RenamedOutside",
  "SecretUnavailable",
  "StillDeclared",
  "StillMember",
  "TooManyRemovals",
  "UnresolvedReference",
  "Unsupported",
] as const;
export type BlockReason = (typeof blockReasons)[number];

/** Reasons of changes that are made. */
export const changeReasons = ["Gone", "Immutable", "NotDeclared", "Unarchive"] as const;

/** A change's reason; empty where the action says it all. */
export type Reason = BlockReason | (typeof changeReasons)[number] | "";

/** Why an Integration has no changes, beside the codes of connector errors. */
export const passErrors = [
  "Cycle",
  "DependencyNotReady",
  "StateKeyMissing",
  "Suspended",
  "SystemChanged",
  "UntrustedConnection",
  "UntrustedConnector",
] as const;

/** What of the head took no effect in a plan with a base: `base.notices[].code`. */
export const noticeCodes = [
  "BaseInvalid",
  "ConfigurationDiffers",
  "ConnectionDiffers",
  "ConnectorsDiffer",
  "IntegrationRemoved",
] as const;
export type NoticeCode = (typeof noticeCodes)[number];

/** Why a change was not carried out, beside the codes of connector errors. */
export const outcomeCodes = ["DependencyFailed", "Internal", "Interrupted", "LeaseLost", "StateLost"] as const;

/** Reasons of an Integration's conditions, beside those above. */
export const conditionReasons = ["Connected", "Done", "Failed", "InSync", "Progressing"] as const;

/** Reasons of held-back changes that are as configured: they do not make an Integration unready, nor `apply` fail. */
export const quietReasons: ReadonlySet<string> = new Set<BlockReason>([
  "PruneDisabled",
  "AdoptDisabled",
  "Observe",
  "NotInSavedPlan",
]);
