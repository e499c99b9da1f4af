// The server of Nuxt 4, built for Cloudflare. In Nuxt's own configuration this is under `nitro`.
export default {
  preset: "cloudflare-module",
  compatibilityDate: "2026-01-01",
  cloudflare: { nodeCompat: true, deployConfig: false },
  // Without it no import of WebAssembly is understood.
  experimental: { wasm: true },
};
