import { createEngineClient } from '../engine/client/client'
import { mount } from './mount'

void mount(document.getElementById('root')!, () => createEngineClient())
