import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

// `base: './'` lets the built folder be hosted at any sub-path.
export default defineConfig({
  base: './',
  plugins: [react()],
  worker: { format: 'es' },
  build: { target: 'esnext', chunkSizeWarningLimit: 900 },
})
