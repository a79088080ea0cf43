"""What the installed `stripe` library itself says about routes, parameters and object shapes.

The library's annotations are the only source: no specification file, no fixtures.
"""

from stripe_sandbox.conform.checks import check_object, check_request, check_response
from stripe_sandbox.conform.problems import Problem
from stripe_sandbox.conform.routes import Route, match, routes

__all__ = [
    "Problem",
    "Route",
    "check_object",
    "check_request",
    "check_response",
    "match",
    "routes",
]
