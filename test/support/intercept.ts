/** Nock for the tests of one file: it changes Node.js itself, and the next file runs in the same process. */
import nock from "nock";
import { afterAll, afterEach, beforeAll } from "vitest";

export { nock };

/** While the tests of this file run, a request that no interceptor answers is refused. */
export function interceptNetwork(): void {
  beforeAll(() => {
    if (!nock.isActive()) nock.activate();
    nock.disableNetConnect();
  });
  afterEach(() => nock.cleanAll());
  afterAll(() => {
    nock.enableNetConnect();
    nock.restore();
  });
}
