// Builds the page to dist/web, beside the compiled server that gives it out.
import { defineConfig } from 'vite';

export default defineConfig({
  root: import.meta.dirname,
  // Relative, so that the page works wherever it is mounted.
  base: './',
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    target: 'es2022',
    // The page's policy allows no script in the markup, and every browser of that age preloads modules itself.
    modulePreload: { polyfill: false },
    // As data in the markup, pictures would need a policy of their own.
    assetsInlineLimit: 0,
    // Libraries say 'use client' for servers that render; there is none here.
    rolldownOptions: { checks: { moduleLevelDirective: false } },
    chunkSizeWarningLimit: 700,
  },
});
