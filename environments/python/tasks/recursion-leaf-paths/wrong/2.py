from collections import deque

def leaf_paths(root):
    out, queue = [], deque([(root, root.name)])
    while queue:
        node, path = queue.popleft()
        if not node.children:
            out.append(path)
        queue.extend((child, f'{path}/{child.name}') for child in node.children)
    return out
