"""The only input and output: readers of logs, stores, keys, renderers. Each serves the room whose port it fills."""
