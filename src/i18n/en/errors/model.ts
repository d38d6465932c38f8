import type { ModelErrors } from '../../../errors/model'
import type { ErrorTexts } from '../../../errors/texts'

export const modelErrors: ErrorTexts<ModelErrors> = {
  'model-not-finite': () =>
    'The model answered with numbers that are not finite, so no text can be made of them. The adapter may have been trained at too high a learning_rate, or the weights may be damaged. Remove the adapter, or load the model again.',
  'model-no-adapter': () =>
    'There is no adapter on the model, so there is nothing to train or to read. Attach one first.',
  'model-no-f16-cache': () =>
    'This GPU does not calculate in 16 bits (it lacks shader-f16), so the cache of an answer cannot be kept in them. Nothing was answered. Leave the 16-bit cache off (on the command line, --kv-dtype f32): 32 bits take twice the memory and change no answer.',
  'model-draw-vocabulary': (p) =>
    `This model has ${p.tokens} tokens and one can be drawn of at most ${p.limit}, so nothing was answered. Set the temperature to 0: the likeliest token is taken of any number.`,
  'model-too-long': (p) =>
    `The text has ${p.tokens} tokens and this model reads at most ${p.limit}, so it was not run. Shorten the text or the conversation.`,
  'model-token-outside': (p) =>
    `The text holds token ${p.id}, but the model has weights for ${p.vocabSize} tokens only, so it was not run. Its tokenizer knows more than the model: use the tokenizer that belongs to these weights, or a model whose vocabulary was extended.`,
  'model-optimizer-state': (p) =>
    `The saved optimizer states do not fit this run: "${p.name}" should have ${p.expected} bytes and has ${p.found}, so training was not continued. Continue with the adapter settings and the optim that the checkpoint was made with, or start a new run from its adapter.`,
}
