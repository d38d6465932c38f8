import type { StudioErrors } from '../../../errors/studio'
import type { ErrorTexts } from '../../../errors/texts'
import { expectationText } from './expectation'

export const studioErrors: ErrorTexts<StudioErrors> = {
  'intake-zip-broken': ({ file, reason }) =>
    `${file} cannot be unpacked (${reason}): it is damaged, cut off or packed in a way that is not read here. Nothing was loaded. Download it again, or unpack it and choose the folder.`,
  'intake-zip-no-adapter': ({ file }) =>
    `${file} holds no adapter_config.json, so it is not a PEFT adapter and was not loaded. Choose the zip that was downloaded here, or a zip of a PEFT folder.`,
  'data-nothing-usable': ({ file, rows }) =>
    rows === 0
      ? `${file} has no rows. There is nothing to train on. Choose another file.`
      : `None of the ${rows} rows of ${file} can be used as they are, so there is nothing to train on yet. The reasons stand below: choose which columns hold question and answer, or mend the file.`,
  'setting-refused': ({ field, value, expected }) =>
    `"${field}" cannot be ${value}, so nothing starts with it. Enter ${expectationText(expected)}.`,
  'run-in-other-tab': ({ name }) =>
    `The run ${name} is going on in another tab of this browser, so it was not started here. Go to that tab, or close it and try again.`,
  'run-unkept': ({ name }) =>
    `The browser has no room left to store the run “${name}”, so it is in this tab alone and goes when the tab is closed. It loses nothing until then: download its adapter first, or free disk space and delete old runs and cached models.`,
  'run-needs-model': ({ name, model }) =>
    `The run ${name} trained ${model}, which is not loaded, so it was not resumed. Nothing is lost: choose the folder ${model} in Model, then resume again.`,
  'run-needs-data': ({ name, file }) =>
    `The run ${name} learns from ${file}, which this page does not keep, so it was not resumed. Nothing is lost: open ${file} in Data, then resume again.`,
  'run-needs-eval-data': ({ name, file }) =>
    `The run ${name} is judged by ${file}, which this page does not keep, so it was not resumed. Nothing is lost: choose ${file} as the file to judge by, then resume again.`,
  'browser-full': () =>
    'The browser has no room left for this page. Training, answers and downloads work as ever, but nothing new is there after a reload: no data set, no settings, no run. Download what you want to keep, or free disk space and delete old runs and cached models.',
  'merged-unkept': ({ name }) =>
    `The merged model ${name} was written whole; only its copy in the browser is missing, for which there is no room. The download needs no copy. To keep one, free disk space or delete old runs and cached models.`,
  'browser-no-webgpu': () =>
    'This browser does not offer WebGPU, so no model can be trained or run here. Open the page in a current Chrome, Edge, Firefox or Safari on a computer with a graphics card.',
}
