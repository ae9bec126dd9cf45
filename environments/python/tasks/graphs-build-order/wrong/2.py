from graphlib import TopologicalSorter

def build_order(needs):
    order, sorter = [], TopologicalSorter(needs)
    sorter.prepare()
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        order += ready
        sorter.done(*ready)
    return order
