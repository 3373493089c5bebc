/// <reference types="vitest/config" />
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// During development the page is served by Vite and everything the crew answers comes from a running server.
const server = process.env.PILOTHOUSE_SERVER_URL ?? "http://127.0.0.1:3001";
const served = [
  "/v1", "/sessions", "/auth", "/message", "/requests", "/jobs/", "/workers", "/completions",
  "/merge", "/approvals/", "/system", "/healthz", "/readyz", "/metrics", "/openapi.json",
];

export default defineConfig({
  plugins: [react()],
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
          ws: false,
          // The server takes orders from its own origin only. Vite's own page counts as that; a foreign one stays foreign.
          configure: (proxy) => {
            proxy.on("proxyReq", (passedOn, asked) => {
              if (asked.headers.origin === `http://${asked.headers.host}`) passedOn.setHeader("origin", server);
            });
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
  },
});
