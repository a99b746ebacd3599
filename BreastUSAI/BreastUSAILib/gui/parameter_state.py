"""What a parameter node holds, to be compared."""

from __future__ import annotations

from typing import Any


def stateOf(parameterNode: Any) -> tuple[Any, ...]:
    """Every parameter's text, and for every reference the node's ID and whether that node is there."""
    names = parameterNode.GetParameterNames()
    texts = tuple((name, parameterNode.GetParameter(name)) for name in names)
    roles: list[str] = []
    parameterNode.GetNodeReferenceRoles(roles)
    references = tuple(
        (role, place, parameterNode.GetNthNodeReferenceID(role, place), _isThere(parameterNode, role, place))
        for role in roles
        for place in range(parameterNode.GetNumberOfNodeReferences(role))
    )
    return texts, references


def _isThere(parameterNode: Any, role: str, place: int) -> bool:
    return parameterNode.GetNthNodeReference(role, place) is not None
