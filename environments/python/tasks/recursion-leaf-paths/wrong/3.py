def leaf_paths(root):
    paths = [root.name]
    for child in root.children:
        paths += [root.name + '/' + path for path in leaf_paths(child)]
    return paths
