import { isPastedRun } from '../../state/intake'
import type { Studio } from '../../state/studio'
import { takePasted } from '../intake'

/** Settings may be pasted anywhere but into a field: a run file, another trainer's YAML, a script. */
export function startPasting(studio: Studio): void {
  document.addEventListener('paste', (event) => {
    const { target } = event
    if (target instanceof Element && target.closest('input, textarea, select, [contenteditable]')) return
    const text = event.clipboardData?.getData('text/plain') ?? ''
    if (!isPastedRun(text)) return
    event.preventDefault()
    void takePasted(studio, text).catch(studio.notices.fail)
  })
}
