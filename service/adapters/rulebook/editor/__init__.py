"""What editors need: JSON Schemas of rules, programs and stories, made of the catalogue and a rule set."""

from service.adapters.rulebook.editor.schemas import editor_schemas

__all__ = ["editor_schemas"]
