/** The event envelope: CloudEvents 1.0 (cloudevents.io, core specification 1.0.2), as every part hands it on. */

/** The one version of CloudEvents there is. */
export const CLOUDEVENTS_VERSION = "1.0";

/** What our own events' types begin with. */
export const OWN_EVENT_PREFIX = "plumbline.";

export interface EventEnvelope {
  specversion: typeof CLOUDEVENTS_VERSION;
  /** Unique within {@link source}; for a platform's webhook its delivery id. */
  id: string;
  /** `/<namespace>/<integration>` for a platform's events; a URI-reference of their own for posted ones. */
  source: string;
  /** `<platform>.<event>`, `plumbline.…`, or as other programs send it. */
  type: string;
  subject?: string;
  /** RFC 3339. */
  time?: string;
  datacontenttype?: string;
  dataschema?: string;
  /** What matchers and `groupBy` see beside the derived labels. Not a CloudEvents type, so it travels as a map. */
  labels?: Readonly<Record<string, string>>;
  /** Extension attributes, by their names: `[a-z0-9]{1,20}`. */
  extensions?: Readonly<Record<string, string | number | boolean>>;
  /** JSON, or a string. */
  data?: unknown;
}
