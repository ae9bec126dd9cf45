"""What a sandbox with a layer is made from."""

from typing import NamedTuple


class LayerSettings(NamedTuple):
    """
    Settings of a sandbox. `roots`: mount points that make up its root. Sizes in bytes; 0 memory or pids: no limit.
    `bare_network`: the engine gave an empty network namespace, and nothing else that belongs to a network. `store`: folder
    with the layers of images; empty: none.
    """

    session: str
    scratch: str
    roots: list[str]
    layer_bytes: int
    layer_inodes: int
    memory_bytes: int
    pids: int
    hostname: str
    bare_network: bool
    store: str
