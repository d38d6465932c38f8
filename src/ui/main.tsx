import { createEngineClient } from '../engine/client'
import { mount } from './mount'

mount(document.getElementById('root')!, createEngineClient())
