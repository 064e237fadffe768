/** Moments as results show them. */

/** @returns RFC 3339 in UTC. */
export function moment(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

/** @returns an object with the moment, for spreading; empty where there is none. */
export function optionalMoment(name: string, milliseconds: number | undefined): Record<string, string> {
  return milliseconds === undefined ? {} : { [name]: moment(milliseconds) };
}
