"""The recipes by name: every file of this folder that states a ``RECIPE``."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module

from BreastUSAILib.engine.errors import OptionError

from .recipe import Recipe


@cache
def recipes() -> dict[str, Recipe]:
    """Every recipe by its name, in alphabetical order."""
    package = __name__.rpartition(".")[0]
    folder = import_module(package)
    modules = (import_module(f"{package}.{found.name}") for found in pkgutil.iter_modules(folder.__path__))
    found = [module.RECIPE for module in modules if hasattr(module, "RECIPE")]
    return {recipe.name: recipe for recipe in sorted(found, key=lambda recipe: recipe.name)}


def recipe_named(name: str) -> Recipe:
    """One recipe. Raises OptionError for a name that there is not."""
    known = recipes()
    if name not in known:
        raise OptionError(f"there is no recipe '{name}'", remedy=f"Choose one of {', '.join(known)}")
    return known[name]
