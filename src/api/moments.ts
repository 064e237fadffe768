/** Moments as results show them. */

/** @returns RFC 3339 in UTC. */
export function moment(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

/** @returns the moment as tables show it: to the second, in UTC. */
export function shortMoment(milliseconds: number): string {
  return `${moment(milliseconds).slice(0, 19)}Z`;
}

/** @returns an object with the moment, for spreading; empty where there is none. */
export function optionalMoment<N extends string>(name: N, milliseconds: number | undefined): { [K in N]?: string } {
  return (milliseconds === undefined ? {} : { [name]: moment(milliseconds) }) as { [K in N]?: string };
}
