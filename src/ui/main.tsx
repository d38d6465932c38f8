import { createEngineClient } from '../engine/client/client'
import { mount } from './mount'

mount(document.getElementById('root')!, createEngineClient())
