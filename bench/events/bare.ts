/** The least that takes a webhook in: `node:http`, and the signature's check. Nothing is read, nothing kept. */
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { FLOW_SECRET } from "../../test/support/event-flow.ts";

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    const expected = createHmac("sha256", FLOW_SECRET).update(Buffer.concat(chunks)).digest();
    const given = Buffer.from(String(request.headers["x-hub-signature-256"]).replace(/^sha256=/, ""), "hex");
    const proven = given.length === expected.length && timingSafeEqual(given, expected);
    response.writeHead(proven ? 200 : 401, { "content-length": "0" }).end();
  });
});
server.listen(0, "127.0.0.1", () => process.send?.({ port: (server.address() as AddressInfo).port }));
