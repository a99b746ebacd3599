"""Everything that asks the engine for something and has no widget: script API, engine process, jobs, installation."""
