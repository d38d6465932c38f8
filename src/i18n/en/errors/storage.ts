import type { StorageErrors } from '../../../errors/storage'
import type { ErrorTexts } from '../../../errors/texts'

export const storageErrors: ErrorTexts<StorageErrors> = {
  'http-unreachable': ({ url }) =>
    `${url} could not be reached, so it was not loaded. Check the connection, or that the page is still being served, and try again.`,
  'http-status': ({ url, status }) =>
    `The server answered ${status} for ${url}, so it was not loaded. Reload the page; if it stays, the site was not published whole.`,
  'http-listing': ({ url }) =>
    `${url} is no list of files, so nothing was loaded. Reload the page; if it stays, the site was not published whole.`,
  'http-length': ({ url, expected, actual }) =>
    `${url} came with ${actual} bytes where ${expected} are listed, so it was not opened. Reload the page; if it stays, the site was not published whole.`,
  'hub-id': (p) =>
    `"${p.id}" is no model id, so there is nothing to ask the hub for. Write it as owner/name, for example Qwen/Qwen2.5-0.5B-Instruct.`,
  'hub-endpoint': (p) =>
    `"${p.endpoint}" is no web address, so the hub cannot be asked. Write the endpoint with https://, for example https://huggingface.co.`,
  'hub-unauthorized': (p) =>
    `${p.endpoint} wants to know who asks for ${p.id} (401): the model is private or gated, or the id is wrong. Nothing was downloaded. ` +
    (p.hadToken
      ? 'The token was not accepted: make a new one with read access.'
      : 'Check the id, or give an access token with read access.'),
  'hub-forbidden': (p) =>
    `${p.endpoint} refuses access to ${p.id} (403): its authors ask for consent first, or the token may not read it. Nothing was downloaded. Open the model's page, accept its conditions, and try again with your token.`,
  'hub-not-found': (p) =>
    `${p.endpoint} has no model ${p.id} at revision ${p.revision}, so nothing was downloaded. Check the spelling of the id and the revision.`,
  'hub-unreachable': (p) =>
    `${p.endpoint} could not be reached${p.offline ? ': this device is offline' : ''}, so the download has not begun or was broken off. What was received is kept. ` +
    (p.offline
      ? 'Connect and try again: it goes on from there.'
      : 'Try again, it goes on from there; or set another endpoint (a mirror that allows cross-origin requests), or choose a folder on disk.'),
  'hub-status': (p) =>
    `The hub answered ${p.status} for ${p.url}, so the download stopped. What was received is kept. Try again in a while: it goes on from there.`,
  'hub-busy': (p) =>
    `${p.endpoint} asks to be left alone for ${p.seconds} seconds, so the download stopped. What was received is kept. Try again after that: it goes on from there.`,
  'hub-listing': (p) =>
    `What ${p.endpoint} answered for ${p.id} is no list of files, so nothing was downloaded. Check that the address is a hub's and that no sign-in page stands between (hotels and offices have them), then try again.`,
  'hub-revision': (p) =>
    `"${p.revision}" is no revision that a hub could have, so nothing was asked for. Write the name of a branch or tag, or a commit's number; "main" is the usual one.`,
  'hub-push-unauthorized': (p) =>
    `${p.endpoint} does not accept the access token (401), so nothing was sent to ${p.id}. Make a new token with write access.`,
  'hub-push-forbidden': (p) =>
    `${p.endpoint} does not let this token write ${p.id} (403), so nothing of it is seen there. Use a token with write access, and an owner that it belongs to.`,
  'hub-push-quota': (p) =>
    `${p.endpoint} has no room left for ${p.id} in this account (${p.status}: “${p.reason}”). Nothing of the files is seen there. Delete what you no longer need there, choose another owner or a smaller format, and push again: files that have arrived are not sent twice.`,
  'hub-push-conflict': (p) =>
    `${p.id} was changed on ${p.endpoint} while the files were on their way (${p.status}: “${p.reason}”), so they were not put there. What somebody else wrote is untouched. Look at it there, then push again: files that have arrived are not sent twice.`,
  'hub-push-refused': (p) =>
    `${p.endpoint} refused the files for ${p.id} (${p.status}: “${p.reason}”). Nothing of them is seen there. Mend what it names and push again: files that have arrived are not sent twice.`,
  'hub-push-broke': (p) =>
    `The connection to ${p.endpoint} broke while files went to ${p.id} (“${p.reason}”), also when tried again. Nothing of them is seen there yet. Push again when the line is better: files that have arrived are not sent twice.`,
  'hub-push-token': (p) =>
    `No access token is at hand, so nothing was sent. Put one with write access, which begins with hf_, into the environment as ${p.variable}; it is not kept.`,
  'hub-push-token-form': () =>
    'The access token does not begin with hf_ or holds signs that no token has, so it was not sent. Make one with write access on the hub and copy it without anything around it; it is kept in memory alone.',
  'hub-token': () =>
    'The access token holds characters that no token has (spaces, accents or signs of other scripts), so it was not sent. Copy it again from the hub, without anything around it.',
  'hub-file-damaged': (p) =>
    `${p.path} of ${p.id} arrived otherwise than the hub lists it: another length or another hash, twice. It was thrown away and not opened. Try again later, or set another endpoint: a mirror or a network in between may be changing files.`,
  'hub-file-changed': (p) =>
    `${p.path} of ${p.id} changed on the hub during the download, so its parts do not belong together. They were thrown away. Load the model again.`,
  'storage-full': (p) =>
    `There is no room left to store ${p.path}, so writing stopped. What was complete is kept. Free disk space, or delete cached models and old runs, then try again.`,
  'file-changed': ({ file }) =>
    `${file} was changed, moved or cut off while it was being read, so its parts no longer belong together. Nothing of it was kept. Leave the file as it is and choose it again.`,
  'file-not-writable': ({ path, reason }) =>
    `${path} cannot be written (${reason}), so writing stopped. What was complete is kept. Give another folder, or the right to write there, and try again.`,
  'storage-busy': (p) =>
    `Another tab of the studio is writing ${p.path}, so it cannot be written here. Nothing was changed. Wait for that tab or close it, then try again.`,
  'storage-missing': () =>
    'This browser gives pages no private file storage, so a downloaded model could not be kept. Nothing was downloaded. Use a current Chrome, Edge, Firefox or Safari outside a private window, or choose a model folder on disk.',
}
