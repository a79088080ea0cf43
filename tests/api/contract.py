"""What `/api/openapi.json` promises, held against real answers."""

import re
from dataclasses import dataclass, field
from typing import Any

import requests
from openapi_schema_validator import OAS31Validator

Operation = tuple[str, str]


@dataclass
class Contract:
    document: dict[str, Any]
    called: set[Operation] = field(default_factory=set)

    @property
    def operations(self) -> set[Operation]:
        """(method, path template) of everything that is documented."""
        return {(method, path) for path, item in self.document["paths"].items() for method in item}

    def check(self, method: str, path: str, answer: requests.Response) -> None:
        """The answer to a documented request has a documented form."""
        template = self._template(path)
        if template is None or (method, template) not in self.operations:
            return
        self.called.add((method, template))
        responses = self.document["paths"][template][method]["responses"]
        status = str(answer.status_code)
        assert status in responses or answer.status_code >= 400, f"{status} is not documented"
        content = responses.get(status, responses["default"]).get("content", {})
        for media_type, form in content.items():
            assert answer.headers["Content-Type"].split(";")[0] == media_type
            self._validate(form["schema"], answer.json())

    def _template(self, path: str) -> str | None:
        """The most literal one: `/api/products/{key}` only if no path is spelled like that."""
        found = [
            template
            for template in self.document["paths"]
            if re.fullmatch(re.sub(r"{\w+}", "[^/]+", template), path)
        ]
        return min(found, key=lambda template: template.count("{"), default=None)

    def _validate(self, schema: dict[str, Any], value: object) -> None:
        """No key may be missing from the answer, and none from the description."""
        whole = {**schema, "components": self.document["components"]}
        OAS31Validator(whole).validate(value)
        name = schema["$ref"].rsplit("/", 1)[-1]
        described = self.document["components"]["schemas"][name]["properties"]
        assert isinstance(value, dict)
        assert value.keys() == described.keys()
