import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { backportsStanza, parseListFile, parseSourcesFile, readAptSources } from '../../scripts/lib/apt-sources.mjs'
import { majorVersion, readRelease, wantedPackages } from '../../scripts/lib/debian.mjs'

const DEB822 = `# a comment
Types: deb deb-src
URIs: http://mirror.example/os
Suites: bookworm bookworm-updates
# in the middle
Components: main
 contrib
Signed-By: /keys/archive.gpg

Types: deb
URIs: http://mirror.example/security
Suites: bookworm-security
Components: main

Types: deb
Enabled: no
URIs: http://off.example/os
Suites: bookworm
Components: main

Types: deb-src
URIs: http://src.example/os
Suites: bookworm
Components: main
`

test('a deb822 file gives its enabled binary sources, continuation lines included', () => {
  const sources = parseSourcesFile(DEB822)
  expect(sources).toEqual([
    {
      uris: ['http://mirror.example/os'],
      suites: ['bookworm', 'bookworm-updates'],
      components: ['main', 'contrib'],
      signedBy: '/keys/archive.gpg',
    },
    { uris: ['http://mirror.example/security'], suites: ['bookworm-security'], components: ['main'], signedBy: null },
  ])
})

test('a one-line file gives its deb lines, options and trailing comments read', () => {
  const sources = parseListFile(`# deb http://no.example/os bookworm main
deb-src http://no.example/os bookworm main
deb [arch=amd64 signed-by=/keys/a.gpg] http://mirror.example/os bookworm main contrib # why
`)
  expect(sources).toEqual([
    {
      uris: ['http://mirror.example/os'],
      suites: ['bookworm'],
      components: ['main', 'contrib'],
      signedBy: '/keys/a.gpg',
    },
  ])
})

test('backports come from the mirror and under the key of the suite itself', () => {
  expect(backportsStanza(parseSourcesFile(DEB822), 'bookworm')).toBe(
    'Types: deb\nURIs: http://mirror.example/os\nSuites: bookworm-backports\nComponents: main\nSigned-By: /keys/archive.gpg\n',
  )
})

test('backports are not added twice, nor where no source serves the suite', () => {
  const sources = parseSourcesFile(DEB822)
  const there = [...sources, ...parseListFile('deb http://mirror.example/os bookworm-backports main')]
  expect(backportsStanza(there, 'bookworm')).toBeNull()
  expect(backportsStanza(sources, 'trixie')).toBeNull()
})

test('both kinds of files are read from a machine, other files are not', () => {
  const etc = mkdtempSync(join(tmpdir(), 'apt-'))
  mkdirSync(join(etc, 'sources.list.d'))
  writeFileSync(join(etc, 'sources.list'), 'deb http://one.example/os bookworm main\n')
  writeFileSync(
    join(etc, 'sources.list.d', 'two.sources'),
    'Types: deb\nURIs: http://two.example/os\nSuites: x\nComponents: main\n',
  )
  writeFileSync(join(etc, 'sources.list.d', 'three.list.save'), 'deb http://three.example/os bookworm main\n')
  expect(readAptSources(etc).flatMap((source) => source.uris)).toEqual([
    'http://one.example/os',
    'http://two.example/os',
  ])
})

test('the major version is read behind an epoch', () => {
  expect(majorVersion('25.0.7-2~bpo12+1')).toBe(25)
  expect(majorVersion('1:20220127+repack1-1')).toBe(20220127)
})

test('Debian and Ubuntu are told apart, and Ubuntu’s snaps are not asked for', () => {
  expect(readRelease('PRETTY_NAME="Debian"\nVERSION_CODENAME=bookworm\nID=debian\n')).toEqual({
    id: 'debian',
    codename: 'bookworm',
  })
  expect(readRelease('ID=ubuntu\nID_LIKE=debian\nVERSION_CODENAME=noble\n')).toEqual({
    id: 'ubuntu',
    codename: 'noble',
  })
  expect(readRelease('ID=fedora\nVARIANT_ID=debian\n')).toBeNull()
  expect(wantedPackages('debian', { firefox: true })).toEqual([
    'chromium',
    'fonts-noto-cjk',
    'libvulkan1',
    'firefox-esr',
  ])
  expect(wantedPackages('ubuntu', { firefox: true })).toEqual(['fonts-noto-cjk', 'libvulkan1'])
})
