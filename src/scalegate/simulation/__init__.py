"""The simulation room: trajectories through the gate's own decision table. Does not know: evidence, files, clocks."""
