git init -q --bare -b main /work/site.git && git -C /work/site.git fast-import --quiet <<'END'
commit refs/heads/main
mark :1
author Mira <mira@well.example> 1714557600 +0000
committer Forge <forge@well.example> 1714557600 +0000
data <<EOD
Page 0
EOD
M 100644 inline page0.html
data <<EOD
page 0
EOD
commit refs/heads/main
mark :2
author Sam <sam@well.example> 1714644000 +0000
committer Forge <forge@well.example> 1714644000 +0000
data <<EOD
Page 1
EOD
M 100644 inline page1.html
data <<EOD
page 1
EOD
commit refs/heads/main
mark :3
author Mira <mira@well.example> 1714730400 +0000
committer Forge <forge@well.example> 1714730400 +0000
data <<EOD
Page 2
EOD
M 100644 inline page2.html
data <<EOD
page 2
EOD
commit refs/heads/main
mark :4
author Ivo <ivo@well.example> 1714816800 +0000
committer Forge <forge@well.example> 1714816800 +0000
data <<EOD
Page 3, reviewed by Mira
EOD
M 100644 inline page3.html
data <<EOD
page 3
EOD
commit refs/heads/main
mark :5
author Mira <mira@well.example> 1714903200 +0000
committer Forge <forge@well.example> 1714903200 +0000
data <<EOD
Page 4
EOD
M 100644 inline page4.html
data <<EOD
page 4
EOD
commit refs/heads/main
mark :6
author Mira <mira@well.example> 1714989600 +0000
committer Forge <forge@well.example> 1714989600 +0000
data <<EOD
Page 5
EOD
M 100644 inline page5.html
data <<EOD
page 5
EOD
reset refs/heads/old
from :6

commit refs/heads/main
mark :7
author Sam <sam@well.example> 1715076000 +0000
committer Forge <forge@well.example> 1715076000 +0000
data <<EOD
Page 6
EOD
M 100644 inline page6.html
data <<EOD
page 6
EOD
commit refs/heads/main
mark :8
author Mira <mira@well.example> 1715162400 +0000
committer Forge <forge@well.example> 1715162400 +0000
data <<EOD
Page 7
EOD
M 100644 inline page7.html
data <<EOD
page 7
EOD
commit refs/heads/main
mark :9
author Mira <mira@well.example> 1715248800 +0000
committer Forge <forge@well.example> 1715248800 +0000
data <<EOD
Page 8
EOD
M 100644 inline page8.html
data <<EOD
page 8
EOD
commit refs/heads/main
mark :10
author Ivo <ivo@well.example> 1715335200 +0000
committer Forge <forge@well.example> 1715335200 +0000
data <<EOD
Page 9, reviewed by Mira
EOD
M 100644 inline page9.html
data <<EOD
page 9
EOD
commit refs/heads/main
mark :11
author Mira <mira@well.example> 1715421600 +0000
committer Forge <forge@well.example> 1715421600 +0000
data <<EOD
Page 10
EOD
M 100644 inline page10.html
data <<EOD
page 10
EOD
commit refs/heads/drafts
mark :12
author Mira <mira@well.example> 1715508000 +0000
committer Forge <forge@well.example> 1715508000 +0000
data <<EOD
Draft 0
EOD
from :11
M 100644 inline draft.html
data <<EOD
draft 0
EOD
commit refs/heads/drafts
mark :13
author Mirabel <mirabel@well.example> 1715594400 +0000
committer Forge <forge@well.example> 1715594400 +0000
data <<EOD
Draft 1
EOD
M 100644 inline draft.html
data <<EOD
draft 1
EOD
commit refs/heads/drafts
mark :14
author Mira <mira@well.example> 1715680800 +0000
committer Forge <forge@well.example> 1715680800 +0000
data <<EOD
Draft 2
EOD
M 100644 inline draft.html
data <<EOD
draft 2
EOD
commit refs/heads/drafts
mark :15
author Mira <mira@well.example> 1715767200 +0000
committer Forge <forge@well.example> 1715767200 +0000
data <<EOD
Draft 3
EOD
M 100644 inline draft.html
data <<EOD
draft 3
EOD
END
