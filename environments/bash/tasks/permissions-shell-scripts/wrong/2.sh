grep -rl '^#!' /work/tools | xargs chmod 0755
