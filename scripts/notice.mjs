// NOTICE: what the project uses at run time, and under which licences.
//   node scripts/notice.mjs            writes NOTICE
//   node scripts/notice.mjs --check    fails where NOTICE is not what package-lock.json would make it, or where a
//                                      licence is none that software under Apache-2.0 may take along
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isPermissive, licencesOf } from './lib/licences.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const file = join(root, 'NOTICE')
const packages = licencesOf(root)

const head = `TuneTab
Copyright 2026 the TuneTab authors

Licensed under the Apache License, Version 2.0; see LICENSE.

The built-in model in public/demo-model was made for TuneTab and is under the same licence; so were the sample sets in
public/samples, which are under CC0 1.0.

src/eval/data holds what others learnt from texts, laid out anew by tools/reference/scores/eval_data.py, both under the
Apache License, Version 2.0: the English sentence model of NLTK (Copyright 2001-2026 NLTK Project; trained by Jan Strunk
and Tibor Kiss), and the language profiles of langdetect (Copyright 2010-2014 Cybozu Labs, Inc.; 2014-2015 Michal
Danilak). src/eval/language and src/eval/ifeval follow the rules of these two packages and of the IFEval checkers
(Copyright 2023 The Google Research Authors), which are under the same licence.

These packages are installed with it (npm ci --omit=dev); those that the page uses are part of a built page, whose
licences.txt holds their licences in full. Written by scripts/notice.mjs.
`
const parts = packages.map(({ name, version, licence, copyright }) =>
  [`${name} ${version} (${licence})`, ...copyright.map((line) => `  ${line}`)].join('\n'),
)
const text = `${head}\n${parts.join('\n')}\n`

const problems = packages
  .filter(({ licence }) => !isPermissive(licence))
  .map(({ name, version, licence }) => `${name} ${version} is under ${licence}, which may not go along with Apache-2.0`)
if (!process.argv.includes('--check')) writeFileSync(file, text)
else if (!existsSync(file) || readFileSync(file, 'utf8') !== text)
  problems.push('NOTICE does not list the packages of package-lock.json: node scripts/notice.mjs writes it again')
for (const problem of problems) console.log(problem)
process.exitCode = problems.length > 0 ? 1 : 0
