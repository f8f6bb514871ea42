"""Turning what an RPC's method raises into the diagnostics of its answer."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from tf.gen import tfplugin_pb2 as messages

from tests.simulator.refusal import RefusedError


def answering(response: type) -> Callable[[Callable[[Any, Any, Any], None]], Callable[..., Any]]:
    """Make an RPC of a method that fills in an answer of the type `response`."""

    def decorate(method: Callable[[Any, Any, Any], None]) -> Callable[..., Any]:
        @wraps(method)
        def rpc(self: Any, request: Any, context: Any) -> Any:
            answer = response()
            try:
                method(self, request, answer)
            except RefusedError as refused:
                answer.diagnostics.extend(refusals(refused))
            return answer

        return rpc

    return decorate


def refusals(*refused: RefusedError) -> list[Any]:
    """The same as diagnostics of Terraform."""
    return [
        messages.Diagnostic(
            severity=messages.Diagnostic.ERROR,
            summary=one.summary,
            detail=one.detail,
            attribute=messages.AttributePath(
                steps=[
                    messages.AttributePath.Step(element_key_int=part)
                    if isinstance(part, int)
                    else messages.AttributePath.Step(attribute_name=part)
                    for part in one.path
                ]
            ),
        )
        for one in refused
    ]
