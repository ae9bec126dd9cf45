git init -q --bare -b main /work/prices.git && git -C /work/prices.git fast-import --quiet <<'END'
commit refs/heads/main
mark :1
author Sam <sam@well.example> 1714557600 +0000
committer Forge <forge@well.example> 1714557600 +0000
data <<EOD
Begin
EOD
M 100644 inline README
data <<EOD
hello
EOD
reset refs/tags/v0.1
from :1

reset refs/tags/first-day
from :1

commit refs/heads/main
mark :2
author Sam <sam@well.example> 1714644000 +0000
committer Forge <forge@well.example> 1714644000 +0000
data <<EOD
Prices
EOD
M 100644 inline prices.txt
data <<EOD
rope 12
lamp 30
EOD
reset refs/tags/v1.0
from :2

commit refs/heads/main
mark :3
author Ivo <ivo@well.example> 1714730400 +0000
committer Forge <forge@well.example> 1714730400 +0000
data <<EOD
Raise
EOD
M 100644 inline prices.txt
data <<EOD
rope 14
lamp 33
EOD
commit refs/heads/main
mark :4
author Ivo <ivo@well.example> 1714816800 +0000
committer Forge <forge@well.example> 1714816800 +0000
data <<EOD
Chain
EOD
M 100644 inline prices.txt
data <<EOD
rope 14
lamp 33
chain 55
EOD
reset refs/tags/spring-sale
from :4

commit refs/heads/main
mark :5
author Mira <mira@well.example> 1714903200 +0000
committer Forge <forge@well.example> 1714903200 +0000
data <<EOD
Copy
EOD
M 100644 inline old/prices.txt
data <<EOD
rope 14
EOD
M 100644 inline prices.txt
data <<EOD
rope 1
EOD
commit refs/heads/main
mark :6
author Mira <mira@well.example> 1714989600 +0000
committer Forge <forge@well.example> 1714989600 +0000
data <<EOD
Fix
EOD
M 100644 inline prices.txt
data <<EOD
rope 15
EOD
reset refs/tags/v1.1
from :6

commit refs/heads/main
mark :7
author Mira <mira@well.example> 1715076000 +0000
committer Forge <forge@well.example> 1715076000 +0000
data <<EOD
Now
EOD
M 100644 inline prices.txt
data <<EOD
rope 99
EOD
END
