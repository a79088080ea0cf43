"""The API's description: made from the same models that check its requests."""

import re
from typing import Any

from flask import Blueprint, Flask, current_app, render_template
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from shop.api import Operation, Output, Problem

bp = Blueprint("openapi", __name__, url_prefix="/api", template_folder="templates")

REFERENCE = "#/components/schemas/{model}"


@bp.get("/openapi.json")
def document() -> dict[str, Any]:
    return describe(current_app)


@bp.get("/docs")
def docs() -> str:
    found = sorted(operations(current_app), key=lambda item: (item[2].tag, item[0]))
    return render_template("api_docs.html", operations=found, document=describe(current_app))


def operations(app: Flask) -> list[tuple[str, str, Operation]]:
    """(path, method, operation) of every documented endpoint."""
    found = []
    for rule in app.url_map.iter_rules():
        operation = getattr(app.view_functions[rule.endpoint], "operation", None)
        if operation:
            path = re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule.rule)
            methods = (rule.methods or set()) - {"HEAD", "OPTIONS"}
            found += [(path, method.lower(), operation) for method in sorted(methods)]
    return found


def describe(app: Flask) -> dict[str, Any]:
    """The OpenAPI 3.1 document."""
    found = operations(app)
    paths: dict[str, dict[str, Any]] = {}
    for path, method, operation in found:
        paths.setdefault(path, {})[method] = _operation(path, method, operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"{app.extensions['settings'].shop_name} API",
            "version": "1",
            "description": "Amounts are integers in minor units; times are UTC.",
        },
        "servers": [{"url": app.extensions["settings"].base_url}],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": _schemas([operation for _, _, operation in found]),
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "header", "name": "X-CSRFToken"},
            },
        },
        "security": [{"token": []}, {"session": []}, {}],
    }


def _schemas(found: list[Operation]) -> dict[str, Any]:
    models: list[type[BaseModel]] = [Problem]
    for operation in found:
        models += [model for model in (operation.body, operation.returns) if model]
    modes = [
        (model, "serialization" if issubclass(model, Output) else "validation")
        for model in dict.fromkeys(models)
    ]
    _, definitions = models_json_schema(modes, ref_template=REFERENCE)  # type: ignore[arg-type]
    schemas: dict[str, Any] = definitions.get("$defs", {})
    return schemas


def _operation(path: str, method: str, operation: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": f"{method}_" + re.sub(r"\W+", "_", path.removeprefix("/api/")).strip("_"),
        "tags": [operation.tag],
        "summary": operation.summary,
        "parameters": _path_parameters(path) + _query_parameters(operation),
        "responses": {
            **{str(status): _response(operation) for status in operation.statuses},
            "default": {"description": "A problem", "content": _content(Problem, "problem+json")},
        },
    }
    if operation.description:
        described["description"] = operation.description
    if operation.body:
        described["requestBody"] = {"required": True, "content": _content(operation.body)}
    return described


def _path_parameters(path: str) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"{(\w+)}", path)
    ]


def _query_parameters(operation: Operation) -> list[dict[str, Any]]:
    if operation.query is None:
        return []
    schema = operation.query.model_json_schema(ref_template=REFERENCE)
    required = schema.get("required", [])
    return [
        {"name": name, "in": "query", "required": name in required, "schema": part}
        for name, part in schema.get("properties", {}).items()
    ]


def _response(operation: Operation) -> dict[str, Any]:
    if operation.returns is None:
        return {"description": "Done"}
    return {"description": "Done", "content": _content(operation.returns)}


def _content(model: type[BaseModel], kind: str = "json") -> dict[str, Any]:
    reference = REFERENCE.format(model=model.__name__)
    return {f"application/{kind}": {"schema": {"$ref": reference}}}
