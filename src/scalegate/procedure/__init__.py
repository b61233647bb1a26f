"""The procedure room: the use cases, over ports. Does not know: concrete adapters, how things are shown."""
