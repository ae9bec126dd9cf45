git init -q --bare -b main /work/plans.git && git -C /work/plans.git fast-import --quiet <<'END'
commit refs/heads/main
mark :1
author Noor <noor@well.example> 1714557600 +0000
committer Forge <forge@well.example> 1714557600 +0000
data <<EOD
Describe the pump
EOD
M 100644 inline pump/manual.txt
data <<EOD
turn
EOD
M 100644 inline index
data <<EOD
1
EOD
commit refs/heads/main
mark :2
author Otis <otis@well.example> 1714644000 +0000
committer Forge <forge@well.example> 1714644000 +0000
data <<EOD
Remove papers
EOD
D pump/manual.txt
commit refs/heads/main
mark :3
author Noor <noor@well.example> 1714730400 +0000
committer Forge <forge@well.example> 1714730400 +0000
data <<EOD
Bring back what was lost
EOD
M 100644 inline pump/manual.txt
data <<EOD
turn
EOD
commit refs/heads/main
mark :4
author Tove <tove@well.example> 1714816800 +0000
committer Forge <forge@well.example> 1714816800 +0000
data <<EOD
Shorten text
EOD
M 100644 inline pump/manual.txt
data <<EOD
push
EOD
commit refs/heads/main
mark :5
author Bela <bela@well.example> 1714903200 +0000
committer Forge <forge@well.example> 1714903200 +0000
data <<EOD
Clean up drawings
EOD
D pump/manual.txt
M 100644 inline index
data <<EOD
2
EOD
commit refs/heads/main
mark :6
author Juan <juan@well.example> 1714989600 +0000
committer Forge <forge@well.example> 1714989600 +0000
data <<EOD
Delete pump/manual.txt from index
EOD
M 100644 inline index
data <<EOD
3
EOD
commit refs/heads/main
mark :7
author Priya <priya@well.example> 1715076000 +0000
committer Forge <forge@well.example> 1715076000 +0000
data <<EOD
Number pages
EOD
M 100644 inline tank/manual.txt
data <<EOD
fill
EOD
commit refs/heads/main
mark :8
author Otis <otis@well.example> 1715162400 +0000
committer Forge <forge@well.example> 1715162400 +0000
data <<EOD
Drop tank
EOD
D tank/manual.txt
END
