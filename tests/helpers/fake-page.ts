import { mount } from '../../src/ui/mount'
import { createFakeEngine } from './fake-engine'

// The studio over the pretend engine, for looking at rooms under `vite dev`: /tests/helpers/fake-page.html
const stepMs = Number(new URLSearchParams(window.location.search).get('step') ?? 60)
void mount(document.getElementById('root')!, () => createFakeEngine(stepMs))
