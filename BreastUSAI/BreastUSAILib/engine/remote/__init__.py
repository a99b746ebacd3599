"""The engine in a process of its own: what is said to it, what is handed over in files, and the process itself.

`server`, `warm_engine`, `packages` and the two files of methods are the process's alone; Slicer loads the others too,
which need numpy alone.
"""
