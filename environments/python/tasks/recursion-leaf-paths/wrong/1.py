def leaf_paths(root, prefix='', found=[]):
    path = prefix + root.name
    if not root.children:
        found.append(path)
    for child in root.children:
        leaf_paths(child, path + '/')
    return found
