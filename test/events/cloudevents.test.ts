import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CloudEventError, readCloudEvents } from "../../src/events/cloudevents.ts";

const event = { specversion: "1.0", id: "1", source: "/x", type: "com.example.alert" };

function request(type: string, body: unknown, headers: Record<string, string> = {}) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return { headers: { ...(type ? { "content-type": type } : {}), ...headers }, query: {}, body: Buffer.from(text) };
}

const structured = (body: unknown, type = "application/cloudevents+json") => readCloudEvents(request(type, body));
const batch = (body: unknown) => readCloudEvents(request("application/cloudevents-batch+json; charset=utf-8", body));
const binary = (headers: Record<string, string>, body = "{}", type = "application/json") =>
  readCloudEvents(
    request(type, body, { "ce-specversion": "1.0", "ce-id": "1", "ce-source": "/x", "ce-type": "t", ...headers }),
  );

describe("structured mode", () => {
  test("all attributes, extensions and the data's text come through", () => {
    const full = {
      ...event,
      subject: "s",
      time: "2026-01-01T00:00:00Z",
      dataschema: "https://x.example/s",
      fingerprint: "f",
      count: 3,
      on: true,
    };
    const text = `${JSON.stringify(full).slice(0, -1)}, "data" : {"n": 12345678901234567890} }`;
    const [read] = structured(text, "Application/CloudEvents+JSON; charset=UTF-8");
    expect(read).toEqual({
      ...{ ...event, subject: "s", time: "2026-01-01T00:00:00Z", dataschema: "https://x.example/s" },
      extensions: { fingerprint: "f", count: 3, on: true },
      data: { n: 12345678901234567890n },
      dataText: '{"n": 12345678901234567890}',
    });
  });

  test("a null attribute counts as unset, 1.0.2 as 1.0, and bytes stay base64", () => {
    const [read] = structured({ ...event, specversion: "1.0.2", subject: null, data_base64: "AAEC" });
    expect(read).toEqual({ ...event, data: "AAEC", dataText: '"AAEC"' });
  });

  test("labels at the top are a map of texts; a text of that name is an extension attribute as any other", () => {
    const labels = JSON.parse('{"team":"pay","__proto__":"x"}');
    const text = JSON.stringify({ ...event, labels });
    expect(structured(text)[0]?.labels).toEqual(labels);
    expect(batch(`[${text}]`)[0]?.labels).toEqual(labels);
    expect(structured({ ...event, labels: null })[0]).toEqual({ ...event, dataText: "" });
    expect(structured({ ...event, labels: "pay" })[0]).toMatchObject({ extensions: { labels: "pay" } });
    expect(binary({ "ce-labels": "pay" })[0]).toMatchObject({ extensions: { labels: "pay" } });
  });

  test.each<{ what: string; body: unknown; says: RegExp }>([
    { what: "no type", body: { ...event, type: undefined }, says: /lacks "type"/ },
    { what: "an empty id", body: { ...event, id: "" }, says: /lacks "id"/ },
    { what: "another version", body: { ...event, specversion: "0.3" }, says: /another version/ },
    { what: "an object for an extension", body: { ...event, team: { a: "b" } }, says: /"team"/ },
    {
      what: "a label that is no text",
      body: { ...event, labels: { a: "b", n: 1 } },
      says: /"labels" .* no map of texts/,
    },
    { what: "a list of labels", body: { ...event, labels: ["a"] }, says: /"labels"/ },
    { what: "a fraction for an extension", body: { ...event, n: 1.5 }, says: /"n"/ },
    { what: "a name in capitals", body: { ...event, traceId: "x" }, says: /a-z and 0-9/ },
    { what: "a time without zone", body: { ...event, time: "2026-01-01T00:00:00" }, says: /"time"/ },
    { what: "a relative schema", body: { ...event, dataschema: "/s" }, says: /"dataschema"/ },
    { what: "data twice", body: { ...event, data: 1, data_base64: "AAEC" }, says: /both/ },
    { what: "bad base64", body: { ...event, data_base64: "???" }, says: /base64/ },
    { what: "an array", body: [event], says: /no JSON object/ },
    { what: "half a body", body: '{"id":', says: /no JSON/ },
    { what: "too deep data", body: `{"data":${"[".repeat(300)}${"]".repeat(300)}}`, says: /nested deeper/ },
  ])("$what is refused, and said so", ({ body, says }) => {
    expect(() => structured(body)).toThrow(
      expect.objectContaining({ status: 400, message: expect.stringMatching(says) }),
    );
  });

  test("another format than JSON is 415", () => {
    expect(() => structured(event, "application/cloudevents+avro")).toThrow(expect.objectContaining({ status: 415 }));
  });
});

describe("binary mode", () => {
  test.each([
    { value: "caf%C3%A9%20%2541", subject: "café %41" },
    { value: '"a%20b"', subject: "a b" },
    { value: '"a \\"b\\""', subject: 'a "b"' },
    { value: "100%", subject: "100%" },
    { value: "%e2%82%ac", subject: "€" },
  ])("the header $value is $subject", ({ value, subject }) => {
    expect(binary({ "ce-subject": value })[0]?.subject).toBe(subject);
  });

  test.each(["%FF", "%C3", "\u00e9"])("the header %s is no UTF-8 and refused", (value) => {
    expect(() => binary({ "ce-subject": value })).toThrow(CloudEventError);
  });

  test("any text that is escaped as the binding says comes back", () => {
    const escaped = (text: string) =>
      [...Buffer.from(text)]
        .map((b) =>
          b < 0x21 || b > 0x7e || b === 0x22 || b === 0x25
            ? `%${b.toString(16).padStart(2, "0").toUpperCase()}`
            : String.fromCharCode(b),
        )
        .join("");
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", minLength: 1 }), (text) => {
        expect(binary({ "ce-subject": escaped(text) })[0]?.subject).toBe(text);
      }),
    );
  });

  test("the content type is the data's: JSON stays, text becomes a string, bytes base64", () => {
    expect(binary({}, '{ "a":1 }')[0]).toMatchObject({
      dataText: '{ "a":1 }',
      data: { a: 1 },
      datacontenttype: "application/json",
    });
    expect(binary({}, "a\nb", "text/plain; charset=utf-8")[0]).toMatchObject({ data: "a\nb" });
    expect(binary({}, "abc", "application/octet-stream")[0]).toMatchObject({ data: "YWJj" });
    expect(binary({}, "")[0]).toMatchObject({ dataText: "" });
    expect(() => binary({ "ce-datacontenttype": "text/plain" })).toThrow(/Content-Type/);
    expect(() => binary({}, "{")).toThrow(/no JSON/);
  });

  test("a request without the four headers is no CloudEvent", () => {
    expect(() => readCloudEvents(request("application/json", event))).toThrow(/is no CloudEvent/);
  });
});

describe("batch mode", () => {
  test("all events come, in order, and none of an empty batch", () => {
    expect(batch([event, { ...event, id: "2" }, { ...event, id: "3" }]).map(({ id }) => id)).toEqual(["1", "2", "3"]);
    expect(batch([])).toEqual([]);
  });

  test("an error names the element, counted from 0", () => {
    expect(() => batch([event, { ...event, source: undefined }, event])).toThrow(
      /Element 1 of the batch lacks "source"/,
    );
    expect(() => batch([event, 5])).toThrow(/Element 1/);
    expect(() => batch([event, { ...event, labels: { a: 1 } }])).toThrow(/Element 1 of the batch has "labels"/);
    expect(() => batch({ events: [event] })).toThrow(/no JSON array/);
  });
});
