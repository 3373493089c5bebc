/// <reference types="vitest/config" />
import type { ClientRequest, IncomingMessage } from "node:http";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { shellWorker } from "./dev/shell-worker";

// During development the page is served by Vite and everything the crew answers comes from a running server.
const server = process.env.PILOTHOUSE_SERVER_URL ?? "http://127.0.0.1:3001";
const served = [
  "/v1", "/sessions", "/auth", "/pair/", "/message", "/requests", "/jobs/", "/workers", "/completions",
  "/merge", "/approvals/", "/system", "/healthz", "/readyz", "/metrics", "/openapi.json",
];

/**
 * The server takes orders from its own origin only. Vite's own page counts as that; a foreign one stays foreign. Vite
 * looks at the Host of requests but not at that of WebSockets, so a foreign name made to point here is left out here.
 */
function asOwn(passedOn: ClientRequest, { headers: { host, origin } }: IncomingMessage) {
  if (/^(127\.0\.0\.1|localhost):\d+$/.test(host ?? "") && origin === `http://${host}`) passedOn.setHeader("origin", server);
}

export default defineConfig({
  plugins: [react(), shellWorker()],
  base: "/",
  build: {
    target: "es2022",
    sourcemap: false,
    chunkSizeWarningLimit: 900,
    rolldownOptions: {
      output: {
        // React and the router change rarely, our own code often: a browser keeps the former over an update.
        advancedChunks: {
          groups: [
            { name: "react", test: /node_modules\/(react|react-dom|scheduler)\// },
            { name: "router", test: /node_modules\/@tanstack\// },
          ],
        },
      },
    },
  },
  server: {
    host: "127.0.0.1",
    port: 5173,
    strictPort: false,
    proxy: Object.fromEntries(
      served.map((path) => [
        path,
        {
          target: server,
          changeOrigin: true,
          // Requests, events and terminals go over the gateway's one connection.
          ws: path === "/v1",
          configure: (proxy) => {
            proxy.on("proxyReq", (passedOn, asked) => asOwn(passedOn, asked));
            proxy.on("proxyReqWs", (passedOn, asked) => asOwn(passedOn, asked));
          },
          // The same page lives under some of these paths: a browser asking for a document gets the page.
          bypass: (request: { headers: { accept?: string }; url?: string }) =>
            request.headers.accept?.includes("text/html") ? "/index.html" : undefined,
        },
      ]),
    ),
  },
  test: {
    environment: "happy-dom",
    include: ["src/**/*.test.{ts,tsx}"],
    restoreMocks: true,
    // A page with many boxes is slow to look through by role, on a machine that does something else too.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
