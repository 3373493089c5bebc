// Builds the service worker beside the page: one file without imports, that knows the names of all files of the page. Its
// version changes with any of them.

import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { build, type Plugin } from "vite";

const ENTRY = "src/phone/worker/main.ts";

export function shellWorker(): Plugin {
  let root = "";
  return {
    name: "pilothouse:shell-worker",
    apply: "build",
    enforce: "post",
    configResolved(config) {
      root = config.root;
    },
    async generateBundle(_options, bundle) {
      const assets = Object.keys(bundle).filter((name) => name.startsWith("assets/") && !name.endsWith(".map"));
      const open = readdirSync(join(root, "public"), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(join(root, "public").length + 1).replaceAll("\\", "/"));
      const files = ["/index.html", ...[...open, ...assets].sort().map((name) => `/${name}`)];
      const digest = createHash("sha256").update(files.join("\n"));
      for (const name of ["index.html", ...open.map((name) => join("public", name))]) digest.update(readFileSync(join(root, name)));
      const shell = { version: digest.digest("hex").slice(0, 16), files };
      const made = await build({
        configFile: false,
        root,
        publicDir: false,
        logLevel: "error",
        define: { __SHELL__: JSON.stringify(shell) },
        build: { write: false, target: "es2022", modulePreload: false, rolldownOptions: { input: join(root, ENTRY), output: { format: "iife", entryFileNames: "sw.js" } } },
      });
      const outputs = (Array.isArray(made) ? made : [made]).flatMap((one) => ("output" in one ? one.output : []));
      const code = outputs.find((one) => one.type === "chunk");
      if (code?.type !== "chunk") throw new Error("the service worker was not built");
      this.emitFile({ type: "asset", fileName: "sw.js", source: code.code });
    },
  };
}
