"""JSON Schema of the rule files, made from the models, for completion and checks in editors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from engine.loading import SECTIONS

_SINGLE = ("положение", "район", "календарь", "адресная_помощь")


def schema() -> dict[str, Any]:
    """Return the schema of a rule file: sections, blocks, keys with their help, conditions."""
    definitions: dict[str, Any] = {"условие": _condition()}
    properties: dict[str, Any] = {}
    for section, shape in SECTIONS.items():
        if shape is None:
            properties[section] = {"type": "object", "description": "Допустимые слова и их написания."}
            continue
        block = shape.model_json_schema(by_alias=True, ref_template="#/$defs/{model}")
        definitions |= block.pop("$defs", {})
        definitions[shape.__name__] = block
        reference = {"$ref": f"#/$defs/{shape.__name__}"}
        properties[section] = reference if section in _SINGLE else {"type": "object", "additionalProperties": reference}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Правила school-risk", "type": "object",
            "additionalProperties": False, "properties": properties, "$defs": _tidied(definitions)}


def _condition() -> dict[str, Any]:
    own = {"$ref": "#/$defs/условие"}
    many = {"type": "array", "items": own, "minItems": 1}
    return {
        "description": "Выражение или условия, сложенные словами «все», «любой», «не», «не менее 2 из».",
        "anyOf": [
            {"type": ["string", "number"]},
            {"type": "object", "additionalProperties": False, "minProperties": 1,
             "properties": {"все": many, "любой": many, "не": own, "условие": own, "критерий": {"type": "string"}, "категория": {"type": "string"},
                            "при отсутствии данных": {"enum": ["не определён", "не выполнен", "выполнен", "пропустить"]}},
             "patternProperties": {"^не менее \\S+ из$": many}},
        ],
    }


def _tidied(node: Any) -> Any:
    """Drop pydantic's English titles and defaults, which an editor would show to the methodologist; fill in shared definitions."""
    if isinstance(node, dict):
        if "x-schema" in node:
            return {"$ref": f"#/$defs/{node['x-schema']}", **({"description": node["description"]} if "description" in node else {})}
        return {key: _tidied(value) for key, value in node.items() if not (key in ("title", "default") and not isinstance(value, dict))}
    if isinstance(node, list):
        return [_tidied(item) for item in node]
    return node


def write_schema(target: Path) -> None:
    """Write the schema file. Errors: OSError when the folder is absent or closed for writing."""
    target.write_text(json.dumps(schema(), ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")
