import type { EngineErrors } from '../../../errors/engine'
import type { ErrorTexts } from '../../../errors/texts'

export const engineErrors: ErrorTexts<EngineErrors> = {
  'engine-worker-died': ({ reason }) =>
    `The engine's worker stopped (“${reason}”), so what was running has ended. It has been started anew: load the model again and resume from the last saved state.`,
  'engine-worker-blocked': ({ seconds }) =>
    `The engine's worker has not answered for ${seconds} seconds, so it was ended and started anew. Saved runs are kept. Load the model again; if it stood still over a model or a data set, that file asks for endless work: choose another.`,
  'engine-no-model': () => 'No model is loaded, so this cannot be done. Load a model first.',
  'engine-no-data': () =>
    'No data set is loaded, so there is nothing to work on. Choose a data file or a sample first.',
  'engine-no-row': ({ row }) =>
    `The data set has no row ${row} that is kept, so its tokens cannot be shown. Nothing was changed. Choose a row from the list.`,
  'engine-no-adapter': () =>
    'There is no adapter yet, so there is nothing to export or compare. Train one or load one first.',
  'engine-busy': ({ task }) =>
    `The engine is still at work (${task}), so this was not started. Wait for it or stop it, then try again.`,
  'engine-prompt-empty': () =>
    'The question is empty, and this model has no chat template that would begin an answer. Nothing was generated. Write the first words of a text; the model goes on from there.',
  'engine-prompt-too-long': ({ tokens, limit }) =>
    `The conversation has ${tokens} tokens and the model reads at most ${limit}. No answer was generated. Shorten it or start a new one.`,
  'engine-template-refused': ({ detail }) =>
    `The model's chat template refuses this conversation (${detail}). No answer was generated. Write it as the template asks, for example without a system message.`,
  'engine-unanswered': ({ unanswered, asked }) =>
    `${unanswered} of ${asked} messages got no answer; why is told above, line by line. The answers to the others are printed. Correct these lines and ask them again.`,
  'engine-quantization-differs': ({ field, loaded, wanted }) =>
    `The run asks for "${field}": ${wanted}, but the model was loaded with ${loaded}. The run was not started. Load the model again with this setting, or change it in the run.`,
  'engine-no-hub': ({ id }) =>
    `Models are read from folders only here, so "${id}" was not loaded. Download it first and choose its folder.`,
}
