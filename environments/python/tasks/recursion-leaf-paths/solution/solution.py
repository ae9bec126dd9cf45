def leaf_paths(root):
    if not root.children:
        return [root.name]
    return [f'{root.name}/{path}' for child in root.children for path in leaf_paths(child)]
