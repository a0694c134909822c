"""The package manager: from what a project names to the files in `.belay/dependencies`.

source      text of a dependency -> where it is (pure)
hosts       what GitHub, GitLab and Codeberg call their files and archives (pure)
paths       which target paths are allowed, which files are never taken (pure)
mirror      URL prefixes rewritten, plain http refused, secrets kept out of messages (pure)
mip         documents of an index and of `package.json` (pure)
manifest    `manifest.py`, read and never executed (pure)
resolve     demands on versions -> one version each (pure)
archive     files out of a tar.gz (pure)
credentials which request may carry which token
cache       bodies of earlier requests, a folder a source
http        one client: retries, limits, conditional requests
fetch       sources -> files, through http
lock        `.belay/lock.json`
plan        old lock + fetched files -> what the tree becomes (pure)
tree        the tree on disk, and the step to the next one
commit      changes a project's files all at once or not at all
update      the verbs: update, clean
"""
