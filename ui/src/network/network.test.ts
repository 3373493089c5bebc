import { describe, expect, it } from "vitest";
import { hostProblem } from "./hosts";

describe("a host of one's own", () => {
  it("is a name, a domain with a star before it, and perhaps a port", () => {
    for (const fine of ["git.example.org", "*.example.org", "localhost:8443", " Git.Example.org ", "10.0.0.1", ""]) expect(hostProblem(fine, []), fine).toBeUndefined();
    for (const odd of ["https://a.example", "a.example/x", "a..b", "a:0", "a:99999", "a:b", "a.*.b", "a b"]) expect(hostProblem(odd, []), odd).toBeTruthy();
    expect(hostProblem("*", [])).toContain("every host");
    expect(hostProblem("A.example", ["a.example"])).toContain("listed already");
  });
});
