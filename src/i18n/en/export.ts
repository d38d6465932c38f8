export const exportRoom = {
  'export.lead': 'Take the result with you: to transformers, llama.cpp and the rest of the world.',
  'export.leadFor': '{name}, to take with you.',
  'export.empty': 'There is nothing to export yet.',
  'export.goTrain': 'Train a model',
  'export.whilePaused':
    'The run is paused: the adapter can be saved as it is after step {step}. The rest waits until the run has ended.',
  'export.whileTraining':
    'A run is going on. When it has ended, or with “Stop and save”, what it has learnt can be saved here.',
  'export.adapter': 'Adapter',
  'export.adapterText':
    'The small part that was trained, as PEFT keeps it, with tokenizer, template and a README. Use it with the base model.',
  'export.downloadAdapter': 'Download adapter',
  'export.howAdapter': 'Python, after unzipping into {folder}',
  'export.merged': 'Merged model',
  'export.mergedText': 'The base model with the adapter worked in: a complete folder that needs nothing else.',
  'export.downloadMerged': 'Download merged model',
  'export.howMerged': 'Python',
  'export.toFolder': 'Write into a folder',
  'export.mergeBase': 'What the adapter is merged onto',
  'export.config': 'Settings and log',
  'export.configText': 'The run file repeats the run here, on the command line or with the Hugging Face libraries.',
  'export.trainerState': 'Save trainer_state.json',
  'export.files': 'Files',
  'export.total': 'Total',
  'export.written': '{bytes} written',
  'merge.original': 'Onto the original weights',
  'merge.original.help':
    'The published precision, which training did not see: answers may move. The source is read once more.',
  'merge.dequantized': 'Onto the 4-bit weights, unpacked',
  'merge.dequantized.help': 'Exactly what training saw, so answers stay as in Try.',
  'merge.keep': 'Keep a copy with the run',
  'merge.keep.help': 'In this browser, to download again later. Takes as much room as the model.',
}
