/**
 * Which expectation is met by which happening: as many as can be, each by one of its own. Pure.
 *
 * One that states little may be met by several, one that states more by one of those only; so the first that fits is
 * not always the right one. Augmenting paths (Kuhn's algorithm for bipartite matching) find the most.
 */

/**
 * @param fits whether the expectation is met by the happening; asked with positions.
 * @returns for each expectation the position of what meets it, undefined where nothing is left for it.
 */
export function matchAll(
  expectations: number,
  happenings: number,
  fits: (expectation: number, happening: number) => boolean,
): (number | undefined)[] {
  const takenBy = new Map<number, number>();
  const assign = (expectation: number, tried: Set<number>): boolean => {
    for (let happening = 0; happening < happenings; happening++) {
      if (tried.has(happening) || !fits(expectation, happening)) continue;
      tried.add(happening);
      const holder = takenBy.get(happening);
      if (holder !== undefined && !assign(holder, tried)) continue;
      takenBy.set(happening, expectation);
      return true;
    }
    return false;
  };
  for (let expectation = 0; expectation < expectations; expectation++) assign(expectation, new Set());
  const met: (number | undefined)[] = Array.from({ length: expectations }, () => undefined);
  for (const [happening, expectation] of takenBy) met[expectation] = happening;
  return met;
}
