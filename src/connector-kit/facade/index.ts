/** The facade: connectors as programs use them, without manifests. */
export { Capabilities } from "./capabilities.ts";
export { capabilitiesOf } from "./derive-capabilities.ts";
export { ExternalSystem, type SystemInfo, type SystemOptions } from "./external-system.ts";
export { type ConnectorSupply, ExternalSystemFactory, type FactoryOptions } from "./factory.ts";
export type { ItemReference } from "./find.ts";
export { IncompleteItem, type Item } from "./item.ts";
export {
  type Failed,
  type OperationMetadata,
  OperationResult,
  type OperationResultObject,
  type Succeeded,
} from "./operation-result.ts";
export { queryOperators } from "./query.ts";
export type { Removal } from "./resource-items.ts";
export { knownSettings } from "./settings.ts";
