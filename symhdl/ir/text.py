"""Both representations as text and back: what is printed is read again as an equal thing."""

from symhdl.ir.datapath_text import print_datapath, read_datapath
from symhdl.ir.graph_text import print_graph, read_graph

__all__ = ["print_datapath", "print_graph", "read_datapath", "read_graph"]
